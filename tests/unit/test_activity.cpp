// SPDX-License-Identifier: Apache-2.0
#include "core/activity.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

constexpr std::int64_t hour_now = 493'000;  // 2026-03-29 16:00 UTC
constexpr Moment now_in_it = from_unix_time(hour_now * 3600 + 1800);

std::int64_t failures_of(const std::vector<ActivityBar>& bars, std::size_t bar) {
    return bars[bar].numbers[static_cast<std::size_t>(Tally::failure)];
}

TEST(a_day_is_24_hours_of_which_the_last_has_only_begun) {
    const auto bars = activity({{hour_now, Tally::failure, 1}, {hour_now - 23, Tally::failure, 2},
                                {hour_now - 24, Tally::failure, 4},
                                {hour_now + 1, Tally::failure, 8}, {hour_now, Tally::sign_in, 16}},
                               Span::day, now_in_it);
    CHECK_EQUAL(bars.size(), 24u);
    CHECK_EQUAL(failures_of(bars, 23), 1);
    CHECK_EQUAL(failures_of(bars, 0), 2);
    CHECK_EQUAL(bars[23].numbers[0], 16);
    CHECK_EQUAL(said_of(bars[23].begins, Span::day), "16:00");
    CHECK_EQUAL(said_of(bars[0].begins, Span::day), "17:00");
}

TEST(a_month_is_30_days_with_the_hours_of_each) {
    const auto today = hour_now / 24 * 24;
    const auto bars = activity({{today, Tally::failure, 1},
                                {hour_now, Tally::failure, 1},
                                {today - 1, Tally::failure, 2},
                                {today - 29 * 24, Tally::failure, 4},
                                {today - 29 * 24 - 1, Tally::failure, 8}},
                               Span::month, now_in_it);
    CHECK_EQUAL(bars.size(), 30u);
    CHECK_EQUAL(failures_of(bars, 29), 2);
    CHECK_EQUAL(failures_of(bars, 28), 2);
    CHECK_EQUAL(failures_of(bars, 0), 4);
    CHECK_EQUAL(said_of(bars[29].begins, Span::month), "2026-03-29");
    CHECK_EQUAL(said_of(bars[0].begins, Span::month), "2026-02-28");
}

TEST(what_is_counted_has_a_name) {
    CHECK(tally_of("signed_in") == Tally::sign_in);
    CHECK(tally_of("code_accepted") == Tally::verification);
    CHECK(tally_of("wrong_password") == Tally::failure);
    CHECK(!tally_of("signed_out"));
    for (const auto tally : tallies) CHECK(!name_of(tally).empty());
}

}  // namespace
}  // namespace uzmfa::test
