// SPDX-License-Identifier: Apache-2.0
// How much happened in each of equal times, for a plot and a table.
#pragma once

#include "core/recorded_event.hpp"

#include <array>
#include <string>
#include <vector>

namespace uzmfa {

struct ActivityBar {
    Moment begins{};
    std::array<std::int64_t, std::size(tallies)> numbers{};  // in the order of `tallies`
};

// The last 24 hours, an hour a bar, or the last 30 days, a day (UTC) a bar; the last one has only begun.
enum class Span : std::uint8_t { day, month };
std::vector<ActivityBar> activity(const std::vector<TallyCount>& counts, Span span, Moment now);

// When a bar begins, as it is said where all are of that span: 14:00, or 2026-05-01.
std::string said_of(Moment begins, Span span);

}  // namespace uzmfa
