// SPDX-License-Identifier: Apache-2.0
#include "core/activity.hpp"

#include "core/utc.hpp"

namespace uzmfa {
namespace {

constexpr std::int64_t seconds_of_hour = 3600;

constexpr std::int64_t hours_of(Span span) { return span == Span::day ? 1 : 24; }
constexpr std::int64_t bars_of(Span span) { return span == Span::day ? 24 : 30; }

}  // namespace

std::vector<ActivityBar> activity(const std::vector<TallyCount>& counts, Span span, Moment now) {
    const auto width = hours_of(span);
    const auto last = unix_time(now) / seconds_of_hour / width;
    const auto first = last - bars_of(span) + 1;
    std::vector<ActivityBar> bars(static_cast<std::size_t>(bars_of(span)));
    for (std::size_t i = 0; i < bars.size(); ++i) {
        bars[i].begins = from_unix_time((first + static_cast<std::int64_t>(i)) * width * seconds_of_hour);
    }
    for (const auto& [hour, tally, number] : counts) {
        const auto bar = hour / width - first;
        if (bar < 0 || bar >= bars_of(span)) continue;
        bars[static_cast<std::size_t>(bar)].numbers[static_cast<std::size_t>(tally)] += number;
    }
    return bars;
}

std::string said_of(Moment begins, Span span) {
    const auto text = utc(begins);  // 2026-05-01 12:00:00 UTC
    return span == Span::day ? text.substr(11, 5) : text.substr(0, 10);
}

}  // namespace uzmfa
