// SPDX-License-Identifier: Apache-2.0
#include "core/return_path.hpp"

#include "core/percent.hpp"

#include <algorithm>
#include <optional>

namespace uzmfa {
namespace {

constexpr std::string_view front_page = "/";

bool is_visible_ascii(char c) { return c > 0x20 && c < 0x7f; }

// The path as httpd will see it: decoded, and with "//", "/./" and "/../" resolved. Only used to ask
// whether it is one of the module's own pages, so that a spelling does not hide one.
std::optional<std::string> plain_path(std::string_view path) {
    const auto decoded = percent_decode(path, Plus::literal);
    if (!decoded) return std::nullopt;
    std::string plain;
    for (std::size_t begin = 0; begin < decoded->size();) {
        const std::size_t end = std::min(decoded->find('/', begin), decoded->size());
        const std::string_view segment = std::string_view{*decoded}.substr(begin, end - begin);
        if (segment == "..") {
            plain.erase(std::min(plain.rfind('/'), plain.size()));
        } else if (!segment.empty() && segment != ".") {
            plain.append("/").append(segment);
        }
        begin = end + 1;
    }
    return plain;
}

// A step of the way in, and none of the pages to which a way in leads.
bool is_own(std::string_view path, std::string_view own_path) {
    if (!lies_under(path, own_path)) return false;
    const auto page = path.substr(own_path.size());
    return page != "/account" && page != "/admin" && page != "/admin/events" && page != "/done";
}

}  // namespace

std::string_view return_path(std::string_view next, std::string_view own_path) {
    if (next.empty() || next.size() > longest_return_path) return front_page;
    if (next[0] != '/' || next.substr(1, 1) == "/") return front_page;
    if (!std::all_of(next.begin(), next.end(), is_visible_ascii)) return front_page;
    if (next.find('\\') != next.npos) return front_page;
    const auto path = next.substr(0, next.find_first_of("?#"));
    const auto plain = plain_path(path);
    if (!plain || (is_own(*plain, own_path) || is_own(path, own_path))) return front_page;
    return next;
}

bool lies_under(std::string_view path, std::string_view prefix) {
    return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

}  // namespace uzmfa
