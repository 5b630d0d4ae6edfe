// SPDX-License-Identifier: Apache-2.0
// What parsers ask of a text, without a locale.
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace uzmfa {

// Without those of these characters that stand at its ends.
std::string_view trimmed(std::string_view text, std::string_view of);

// What stands before the mark, which is taken off the text with it; all of a text without the mark.
inline std::string_view take_until(char mark, std::string_view& text) {
    const auto taken = text.substr(0, text.find(mark));
    text.remove_prefix(std::min(taken.size() + 1, text.size()));
    return taken;
}

// Takes one of these off the front, or leaves the text as it is.
bool skip_one_of(std::span<const std::string_view> prefixes, std::string_view& text);

// Without slashes at its end.
std::string_view without_slash_at_end(std::string_view text);

// A-Z as a-z, and no other letters.
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string lower(std::string_view text);
bool equal_in_any_case(std::string_view one, std::string_view other);

// RFC 3629
bool is_utf8(std::string_view text);

// Of ASCII.
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
constexpr bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }
constexpr bool is_hex_digit(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }

// Of a text that is nothing but digits, and no more than fit.
template <class Number>
std::optional<Number> number_in(std::string_view text) {
    Number number{};
    if (text.empty() || !is_digit(text.front())) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{number} : std::nullopt;
}

}  // namespace uzmfa
