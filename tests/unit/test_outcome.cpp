// SPDX-License-Identifier: Apache-2.0
#include "core/outcome.hpp"
#include "test.hpp"

#include <set>
#include <tuple>

namespace uzmfa::test {
namespace {

TEST(every_reason_has_a_name_of_its_own) {
    std::set<std::string_view> names;
    for (int i = 0; i < static_cast<int>(reason_count); ++i) {
        const Case at{std::to_string(i)};
        const auto name = name_of(static_cast<Reason>(i));
        CHECK(!name.empty());
        CHECK(names.insert(name).second);
    }
}

TEST(a_failure_is_503_and_keeps_its_detail_off_the_page) {
    for (const auto& [kind, reason] : {std::pair{ErrorKind::unavailable, Reason::unavailable},
                                       {ErrorKind::provider_unavailable, Reason::provider_unavailable},
                                       {ErrorKind::provider_not_asked, Reason::provider_unavailable},
                                       {ErrorKind::provider_refuses, Reason::provider_refuses},
                                       {ErrorKind::damaged, Reason::damaged},
                                       {ErrorKind::misconfigured, Reason::damaged}}) {
        const auto outcome = failure({kind, "SELECT secret", seconds{61}});
        CHECK_EQUAL(outcome.status, 503);
        CHECK_EQUAL(outcome.reason, reason);
        CHECK_EQUAL(outcome.detail, "SELECT secret");
        CHECK_EQUAL(outcome.retry_after, seconds{61});
        CHECK_EQUAL(outcome.page->name, "error");
        CHECK_EQUAL(outcome.page->error, "unavailable");
        CHECK_EQUAL(outcome.page->values.size(), 1);
        CHECK_EQUAL(outcome.page->values[0].second, "61");
        CHECK(!outcome.session);
        CHECK(!outcome.drop_session);
    }
}

TEST(a_limit_of_the_provider_is_429_with_the_time_to_wait) {
    const auto outcome = failure({ErrorKind::provider_limit, "", std::chrono::hours{24}});
    CHECK_EQUAL(outcome.status, 429);
    CHECK_EQUAL(outcome.reason, Reason::provider_limit);
    CHECK_EQUAL(outcome.page->error, "provider_limit");
    CHECK_EQUAL(outcome.retry_after, seconds{86400});
    CHECK_EQUAL(outcome.page->values[0].first, "wait_hours");
    CHECK_EQUAL(outcome.page->values[0].second, "24");
}

TEST(a_wait_is_told_in_minutes_and_from_two_hours_on_in_hours_and_never_too_short) {
    constexpr seconds two_hours{7200};
    for (const auto& [wait, unit, count] : {std::tuple{seconds{1}, "wait_seconds", "1"},
                                            {seconds{121}, "wait_minutes", "3"},
                                            {two_hours - seconds{1}, "wait_minutes", "120"},
                                            {two_hours, "wait_hours", "2"},
                                            {two_hours + seconds{1}, "wait_hours", "3"}}) {
        const auto outcome = told_to_wait(refusal(429, Reason::provider_limit), wait);
        CHECK_EQUAL(outcome.retry_after, wait);
        CHECK_EQUAL(outcome.page->values[0].first, unit);
        CHECK_EQUAL(outcome.page->values[0].second, count);
    }
}

TEST(whoever_is_told_to_wait_is_told_how_long) {
    CHECK_EQUAL(failure({ErrorKind::provider_unavailable, "", seconds{0}}).retry_after, seconds{1});
    CHECK_EQUAL(told_to_wait(Outcome{.status = 429}, seconds{0}).retry_after, seconds{1});
}

TEST(too_many_sign_ins_at_a_time_are_503_and_say_so) {
    const auto outcome = failure({ErrorKind::busy, "", seconds{5}});
    CHECK_EQUAL(outcome.status, 503);
    CHECK_EQUAL(outcome.reason, Reason::sign_in_busy);
    CHECK_EQUAL(outcome.page->error, "sign_in_busy");
    CHECK_EQUAL(outcome.retry_after, seconds{5});
}

TEST(a_redirect_is_a_303_without_a_page) {
    const auto outcome = redirect(Reason::step_passed, "/a");
    CHECK_EQUAL(outcome.status, 303);
    CHECK_EQUAL(outcome.location, "/a");
    CHECK(!outcome.page);
}

TEST(a_refusal_shows_the_page_named_after_its_reason) {
    const auto outcome = refusal(404, Reason::not_found);
    CHECK_EQUAL(outcome.status, 404);
    CHECK_EQUAL(outcome.page->name, "error");
    CHECK_EQUAL(outcome.page->error, "not_found");
}

TEST(an_empty_value_is_not_put_on_a_page) {
    Page page{"login", {}, {}};
    page.with("next", "").with("user", "alice");
    CHECK_EQUAL(page.values.size(), 1);
    CHECK_EQUAL(page.values[0].second, "alice");
}

}  // namespace
}  // namespace uzmfa::test
