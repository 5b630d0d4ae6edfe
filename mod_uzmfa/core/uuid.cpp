// SPDX-License-Identifier: Apache-2.0
#include "core/uuid.hpp"

#include "core/text.hpp"

#include <charconv>

namespace uzmfa {
namespace {

constexpr std::size_t text_length = 36;

constexpr bool is_place_of_dash(std::size_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

}  // namespace

std::optional<Uuid> uuid_of(std::string_view text) {
    if (text.size() != text_length) return std::nullopt;
    Uuid uuid;
    std::size_t filled = 0;
    for (std::size_t at = 0; at < text_length;) {
        if (is_place_of_dash(at)) {
            if (text[at++] != '-') return std::nullopt;
            continue;
        }
        if (!is_hex_digit(text[at]) || !is_hex_digit(text[at + 1])) return std::nullopt;
        std::from_chars(text.data() + at, text.data() + at + 2, uuid[filled++], 16);
        at += 2;
    }
    if (uuid == Uuid{}) return std::nullopt;
    return uuid;
}

std::string text_of(const Uuid& uuid) {
    if (uuid == Uuid{}) return {};
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(text_length);
    for (const auto byte : uuid) {
        if (is_place_of_dash(text.size())) text.push_back('-');
        text.push_back(digits[byte >> 4]);
        text.push_back(digits[byte & 15]);
    }
    return text;
}

}  // namespace uzmfa
