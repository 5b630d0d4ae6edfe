// SPDX-License-Identifier: Apache-2.0
#include "core/percent.hpp"

#include "core/text.hpp"

#include <charconv>

namespace uzmfa {
namespace {

// RFC 3986 §2.3
bool is_unreserved(char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~'; }

// What the escape at the beginning of the text stands for; nothing where there is none.
std::optional<char> escaped(std::string_view text) {
    if (text.size() < 3 || text[0] != '%' || !is_hex_digit(text[1]) || !is_hex_digit(text[2])) return std::nullopt;
    unsigned char byte = 0;
    std::from_chars(text.data() + 1, text.data() + 3, byte, 16);
    return static_cast<char>(byte);
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            const auto decoded = escaped(text.substr(i));
            if (!decoded) return std::nullopt;
            out.push_back(*decoded);
            i += 2;
        } else {
            out.push_back(text[i] == '+' && plus == Plus::space ? ' ' : text[i]);
        }
    }
    return out;
}

std::string decode_unreserved(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto decoded = escaped(text.substr(i));
        const bool is_needless = decoded && is_unreserved(*decoded);
        out.push_back(is_needless ? *decoded : text[i]);
        if (is_needless) i += 2;
    }
    return out;
}

std::string percent_encode(std::string_view text, std::string_view kept) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size() * 3);
    for (const char c : text) {
        if (is_unreserved(c) || kept.find(c) != kept.npos) {
            out.push_back(c);
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out.append({'%', digits[byte >> 4], digits[byte & 15]});
        }
    }
    return out;
}

}  // namespace uzmfa
