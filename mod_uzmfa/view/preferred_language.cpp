// SPDX-License-Identifier: Apache-2.0
#include "core/text.hpp"
#include "view/preferred_language.hpp"

#include <algorithm>
#include <optional>

namespace uzmfa {
namespace {

constexpr std::size_t longest_header = 1024;

constexpr std::string_view blanks = " \t";

// A qvalue (RFC 9110 §12.4.2) in thousandths.
std::optional<int> thousandths_of(std::string_view value) {
    constexpr std::size_t longest_value = 5;
    if (value.empty() || value.size() > longest_value || (value.size() > 1 && value[1] != '.')) return {};
    int sum = 0, place = 1000;
    for (std::size_t at = 0; at < value.size(); at += at == 0 ? 2 : 1) {
        const char c = value[at];
        if (!is_digit(c)) return {};
        sum += (c - '0') * place;
        place /= 10;
    }
    return sum <= 1000 ? std::optional{sum} : std::nullopt;
}

// How much a range is wanted; 0, "not acceptable", also where it is ill-formed.
int weight_of(std::string_view parameter) {
    if (parameter.empty()) return 1000;
    const bool is_weight = equal_in_any_case(parameter.substr(0, 2), "q=");
    return is_weight ? thousandths_of(parameter.substr(2)).value_or(0) : 0;
}

std::optional<std::size_t> look_up(std::string_view range, std::span<const std::string_view> languages) {
    while (!range.empty()) {
        const auto found = std::ranges::find_if(languages, [&](auto tag) { return equal_in_any_case(tag, range); });
        if (found != languages.end()) return static_cast<std::size_t>(found - languages.begin());
        const auto last = range.rfind('-');
        range = range.substr(0, last == range.npos ? 0 : last);
    }
    return {};
}

}  // namespace

std::size_t preferred_language(std::string_view accept_language, std::span<const std::string_view> languages) {
    auto rest = accept_language.substr(0, longest_header);
    std::size_t preferred = 0;
    int weight = 0;
    while (!rest.empty()) {
        auto parameter = take_until(',', rest);
        const auto range = trimmed(take_until(';', parameter), blanks);
        // Of those that are wanted as much, the first.
        const int its_weight = weight_of(trimmed(parameter, blanks));
        if (its_weight <= weight) continue;
        if (const auto found = look_up(range, languages)) {
            preferred = *found;
            weight = its_weight;
        }
    }
    return preferred;
}

}  // namespace uzmfa
