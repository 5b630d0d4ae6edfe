// SPDX-License-Identifier: Apache-2.0
#include "core/event.hpp"
#include "test.hpp"

#include <map>
#include <set>

namespace uzmfa::test {
namespace {

TEST(R87_what_befalls_a_sign_in_is_recorded) {
    for (const auto reason : {Reason::wrong_password, Reason::signed_in, Reason::enrolled, Reason::wrong_code, Reason::code_used,
                              Reason::code_accepted, Reason::too_many_codes, Reason::skip_used, Reason::signed_out,
                              Reason::provider_unavailable, Reason::provider_refuses, Reason::provider_limit}) {
        const Case at{name_of(reason)};
        CHECK(is_recorded(reason));
    }
}

TEST(what_any_request_can_cause_is_not_recorded) {
    for (const auto reason : {Reason::verified, Reason::sign_in_required, Reason::verification_required, Reason::page_shown,
                              Reason::step_passed, Reason::not_found, Reason::bad_request, Reason::form_stale}) {
        const Case at{name_of(reason)};
        CHECK(!is_recorded(reason));
    }
}

// What is not named in either is recorded together with what it changes, or not at all.
TEST(R87_each_reason_is_recorded_or_not_by_decision) {
    std::set<std::string_view> recorded;
    for (std::size_t i = 0; i < reason_count; ++i) {
        if (is_recorded(static_cast<Reason>(i))) recorded.insert(name_of(static_cast<Reason>(i)));
    }
    CHECK(recorded == (std::set<std::string_view>{
                        "not_known", "not_allowed", "wrong_password", "signed_in", "signed_out", "enrolled", "wrong_code",
                        "code_used", "new_secret", "enrollment_expired", "code_accepted", "skip_used", "skip_gone",
                        "damaged", "too_many_codes", "factor_gone", "provider_unavailable", "provider_refuses",
                        "provider_limit", "session_over", "recovery_used", "temporary_used", "wrong_recovery_code",
                        "too_many_recovery_codes", "factor_closed", "recovery_closed", "recovery_codes_made",
                        "factor_replacing", "browser_known", "browser_forgotten", "own_session_ended",
                        "other_sessions_ended"}));
}

TEST(each_method_is_told_of_what_it_was_tried_for) {
    std::map<Method, std::set<std::string_view>> tried;
    for (std::size_t i = 0; i < reason_count; ++i) {
        const auto reason = static_cast<Reason>(i);
        if (const auto method = method_of(reason, nullptr); method != Method::none) tried[method].insert(name_of(reason));
    }
    CHECK(tried == (std::map<Method, std::set<std::string_view>>{
                       {Method::totp,
                        {"wrong_code", "code_used", "new_secret", "enrollment_expired", "too_many_codes", "factor_gone",
                         "provider_unavailable", "provider_refuses", "provider_limit", "factor_closed"}},
                       {Method::skip, {"skip_gone"}},
                       {Method::recovery, {"wrong_recovery_code", "too_many_recovery_codes", "recovery_closed"}}}));
}

TEST(the_method_is_the_one_that_was_passed_or_tried) {
    Session session;
    CHECK(method_of(Reason::signed_in, &session) == Method::none);
    CHECK(method_of(Reason::wrong_password, nullptr) == Method::none);
    CHECK(method_of(Reason::wrong_code, &session) == Method::totp);
    CHECK(method_of(Reason::skip_gone, &session) == Method::skip);
    session.method = Method::skip;
    CHECK(method_of(Reason::skip_used, &session) == Method::skip);
    CHECK(method_of(Reason::signed_out, &session) == Method::skip);
}

TEST(texts_are_cut_to_their_columns_and_fit_to_be_shown) {
    const Event event = fit_to_keep(
        {.name = std::string(40, 'n'), .user = "a\nb", .browser = std::string(3000, 'x'), .session = "0123456789abcdef"});
    CHECK_EQUAL(event.name.size(), 32u);
    CHECK_EQUAL(event.user, "a?b");
    CHECK_EQUAL(event.browser.size(), 255u);
    CHECK_EQUAL(event.session, "0123456789abcdef");
    CHECK_EQUAL(fit_to_keep({.detail = std::string(254, 'x') + "\u00e9"}).detail.size(), 254u);
}

}  // namespace
}  // namespace uzmfa::test
