// SPDX-License-Identifier: Apache-2.0
#include "core/code.hpp"

#include "core/text.hpp"

namespace uzmfa {
namespace {

constexpr std::string_view full_width_prefix = "\xEF\xBC";  // U+FF10…U+FF19 are EF BC 90…99
constexpr std::string_view separators[] = {" ", "-", "\t", "\xC2\xA0", "\xE2\x80\xAF", "\xE3\x80\x80"};

std::optional<char> take_digit(std::string_view& text) {
    if (is_digit(text[0])) {
        const char digit = text[0];
        text.remove_prefix(1);
        return digit;
    }
    if (text.starts_with(full_width_prefix) && text.size() >= 3) {
        const auto last = static_cast<unsigned char>(text[2]);
        if (last >= 0x90 && last <= 0x99) {
            text.remove_prefix(3);
            return static_cast<char>('0' + (last - 0x90));
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> normalized_code(std::string_view typed, std::size_t digits) {
    std::string code;
    while (!typed.empty()) {
        if (skip_one_of(separators, typed)) continue;
        const auto digit = take_digit(typed);
        if (!digit || code.size() == digits) return std::nullopt;
        code.push_back(*digit);
    }
    if (code.size() != digits) return std::nullopt;
    return code;
}

}  // namespace uzmfa
