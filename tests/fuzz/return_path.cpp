// SPDX-License-Identifier: Apache-2.0
// `next` of a request: the first line is the module's own path, the rest is `next`.
#include "core/return_path.hpp"
#include "core/gate.hpp"
#include "core/percent.hpp"
#include "fuzz.hpp"

#include <algorithm>

using namespace uzmfa;
using fuzz::require;

namespace {

// As UzmfaPath takes it: segments of plain letters.
bool is_own_path(std::string_view path) {
    if (path.size() < 2 || path.front() != '/' || path.back() == '/' || path.find("//") != path.npos) return false;
    return std::all_of(path.begin(), path.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '-' || c == '_';
    });
}

// Of the own pages, after the own path.
bool is_one_to_come_back_to(std::string_view page) {
    return page == "/account" || page == "/admin" || page == "/admin/events" || page == "/done";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto line = std::min(text.find('\n'), text.size());
    const auto own_path = text.substr(0, line);
    const auto next = text.substr(std::min(line + 1, text.size()));
    if (!is_own_path(own_path)) return 0;

    const auto path = return_path(next, own_path);
    require(path == "/" || path == next);
    require(path.starts_with('/') && !path.starts_with("//") && path.size() <= longest_return_path);
    require(std::all_of(path.begin(), path.end(), [](char c) { return c > ' ' && c <= '~' && c != '\\'; }));
    const auto way = path.substr(0, path.find_first_of("?#"));
    require(!lies_under(way, own_path) || is_one_to_come_back_to(way.substr(own_path.size())));
    require(return_path(path, own_path) == path);

    // As `next` in the URL of an own page it arrives as it was.
    const auto url = page_url(own_path, "login", path);
    const auto mark = url.find("?next=", own_path.size());
    require((path == "/") == (mark == url.npos));
    if (mark != url.npos) require(percent_decode(std::string_view{url}.substr(mark + 6), Plus::space) == path);
    return 0;
}
