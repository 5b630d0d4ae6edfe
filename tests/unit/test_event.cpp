// SPDX-License-Identifier: Apache-2.0
#include "core/event.hpp"
#include "test.hpp"

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
