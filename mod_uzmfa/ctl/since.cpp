// SPDX-License-Identifier: Apache-2.0
#include "ctl/since.hpp"

#include "core/text.hpp"

namespace uzmfa {
namespace {

struct Unit {
    std::string_view word;
    seconds length;
};
constexpr Unit units[] = {
    {"s", seconds{1}}, {"min", std::chrono::minutes{1}}, {"h", std::chrono::hours{1}}, {"d", std::chrono::hours{24}}};

constexpr int most = 999'999;  // of a unit

std::optional<Moment> day_of(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = number_in<int>(text.substr(0, 4));
    const auto month = number_in<int>(text.substr(5, 2));
    const auto day = number_in<int>(text.substr(8, 2));
    if (!year || !month || !day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    return date.ok() ? std::optional<Moment>{std::chrono::sys_days{date}} : std::nullopt;
}

}  // namespace

std::optional<Moment> moment_of_since(std::string_view text, Moment now) {
    for (const auto& [word, length] : units) {
        if (!text.ends_with(word)) continue;
        const auto count = number_in<int>(text.substr(0, text.size() - word.size()));
        if (count && *count <= most) return now - *count * length;
    }
    return day_of(text);
}

}  // namespace uzmfa
