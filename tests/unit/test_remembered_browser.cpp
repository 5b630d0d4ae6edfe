// SPDX-License-Identifier: Apache-2.0
#include "world.hpp"

namespace uzmfa::test {
namespace {

constexpr std::chrono::days a_month{30};
constexpr Moment yesterday = now - std::chrono::days{1};

// alice verified in this browser yesterday, and had it remembered.
struct RememberingWorld : World {
    RememberingWorld() {
        site.remember_browser = a_month;
        browser_token = "BROWSER-a";
        browsers.tokens[browser_token] = {uuid_of_row("alice"), yesterday};
        be_anonymous();
    }
    Outcome sign_in(std::string_view user = "alice") {
        return post("login", "username=" + std::string{user} + "&password=right&next=/a");
    }
    Outcome verify(std::string_view fields) {
        be_pending("alice", true);
        session->id = {201};
        validator.verdict = Verdict::accepted;
        return post("verify", "code=123456&next=/a&" + std::string{fields});
    }
};

TEST(R68_no_browser_is_remembered_where_nobody_has_said_so) {
    CHECK_EQUAL(Site{}.remember_browser, seconds{});
    RememberingWorld world;
    world.site.remember_browser = {};
    check_redirect(world.sign_in(), "/uzmfa/verify?next=/a", Reason::signed_in);
    const auto page = world.get("verify");
    CHECK_EQUAL(value_on(page, "remember_days") + value_on(page, "remember_hours"), "");
    const auto outcome = world.verify("remember=1");
    check_redirect(outcome, "/a", Reason::code_accepted);
    CHECK_EQUAL(outcome.browser_token, "");
    CHECK_EQUAL(world.browsers.made, 0);
    world.be_external("alice");
    CHECK_EQUAL(world.get("verify").status, 200);
}

TEST(the_page_offers_to_remember_the_browser_for_whole_days_or_hours) {
    using std::chrono::hours, std::chrono::days;
    struct Row {
        seconds lifetime;
        std::string_view of_days;
        std::string_view of_hours;
    };
    for (const auto& [lifetime, of_days, of_hours] : {Row{seconds{1}, "", "1"}, Row{hours{47}, "", "47"}, Row{hours{48}, "2", ""},
                                                      Row{hours{71}, "2", ""}, Row{a_month, "30", ""}}) {
        const Case at{std::to_string(lifetime.count())};
        RememberingWorld world;
        world.site.remember_browser = lifetime;
        world.be_pending("alice", true);
        CHECK_EQUAL(value_on(world.get("verify"), "remember_days"), of_days);
        CHECK_EQUAL(value_on(world.get("verify"), "remember_hours"), of_hours);
    }
}

TEST(R68_a_right_code_has_the_browser_remembered_where_the_box_was_ticked) {
    CHECK_EQUAL(RememberingWorld{}.verify("").browser_token, "");
    RememberingWorld world;
    world.browser_token.clear();
    const auto outcome = world.verify("remember=1");
    check_redirect(outcome, "/a", Reason::code_accepted);
    CHECK_EQUAL(outcome.browser_token, "BROWSER-1");
    CHECK_EQUAL(world.browsers.tokens.at("BROWSER-1").first, world.uuid_of_row("alice"));
    CHECK_EQUAL(world.browsers.lifetime_seen, seconds{a_month});
    CHECK(outcome.session->method == Method::totp);
    CHECK(world.transactions.kept);
}

TEST(a_browser_that_is_remembered_anew_has_one_token) {
    RememberingWorld world;
    CHECK_EQUAL(world.verify("remember=1").browser_token, "BROWSER-1");
    CHECK(!world.browsers.tokens.contains("BROWSER-a"));
}

TEST(R68_no_browser_is_remembered_by_less_than_a_right_code_of_the_factor) {
    const auto check_none = [](World& world, std::string_view page, std::string_view code) {
        world.be_pending("alice", true);
        CHECK_EQUAL(world.post(page, "remember=1&code=" + std::string{code}).browser_token, "");
        CHECK_EQUAL(world.browsers.made, 0);
    };
    RememberingWorld world;
    for (const auto verdict : {Verdict::wrong, Verdict::replayed, Verdict::wait}) {
        world.validator.verdict = verdict;
        check_none(world, "verify", "123456");
    }
    world.validator.verdict = Verdict::accepted;
    check_none(world, "verify", "12345");
    world.validator.spends = false;
    check_none(world, "verify", "123456");
    world.recovery_codes.codes = {"RECOVERY-a"};
    check_none(world, "recovery", "RECOVERY-a");
    CHECK(world.session->method == Method::recovery);
    world.sessions.revoked.clear();
    world.temporary_codes.code = "TEMPORARY-a";
    check_none(world, "recovery", "TEMPORARY-a");
    CHECK(world.session->method == Method::temporary);
}

TEST(R69_an_equal_form_that_comes_second_remembers_nothing) {
    RememberingWorld world;
    world.verify("remember=1");
    const auto outcome = world.verify("remember=1");
    check_redirect(outcome, "/a", Reason::step_passed);
    CHECK_EQUAL(outcome.browser_token, "");
    CHECK_EQUAL(world.browsers.made, 1);
}

TEST(R68_in_a_remembered_browser_the_password_is_enough_and_the_verification_is_as_old_as_it_was) {
    RememberingWorld world;
    const auto outcome = world.sign_in();
    check_redirect(outcome, "/a", Reason::browser_known);
    CHECK(outcome.session->method == Method::remembered);
    CHECK_EQUAL(outcome.session->verified_at, yesterday);
    CHECK_EQUAL(outcome.session->signed_in_at, now);
    CHECK_EQUAL(world.browsers.lifetime_seen, seconds{a_month});
    CHECK(world.transactions.kept);
    CHECK(world.sessions.noted.back().id == outcome.session->id);
}

TEST(R68_a_token_opens_nothing_for_others_nor_for_a_factor_that_is_closed_or_gone) {
    struct Row {
        std::string_view what;
        void (*change)(World&);
        std::string_view page;
    };
    const Row table[] = {
        {"no token", [](World& w) { w.browser_token.clear(); }, "verify"},
        {"unknown", [](World& w) { w.browser_token = "BROWSER-b"; }, "verify"},
        {"another user's", [](World& w) { w.browsers.tokens["BROWSER-a"].first = "00000000-0000-4000-8000-00000000000b"; },
         "verify"},
        {"closed", [](World& w) { w.attempts.closed = {AttemptKind::code}; }, "verify"},
        {"reset", [](World& w) { w.accounts.rows.at("alice").mfa_enrolled = false; }, "enroll"},
        {"factor of another validator", [](World& w) { w.validator.digits_of_sid.clear(); }, "enroll"},
    };
    for (const auto& [what, change, page] : table) {
        const Case at{what};
        RememberingWorld world;
        change(world);
        check_redirect(world.sign_in(), "/uzmfa/" + std::string{page} + "?next=/a", Reason::signed_in);
        CHECK(!world.session->is_verified());
        if (page == "enroll") continue;
        world.be_external("alice");
        CHECK_EQUAL(world.get("verify").status, 200);
        CHECK(!world.session->is_verified());
    }
}

TEST(recovery_codes_that_are_closed_close_no_browser) {
    RememberingWorld world;
    world.attempts.closed = {AttemptKind::recovery};
    CHECK_EQUAL(world.sign_in().reason, Reason::browser_known);
}

TEST(a_verification_in_the_future_of_a_fast_clock_was_now) {
    RememberingWorld world;
    world.browsers.tokens["BROWSER-a"].second = now + seconds{61};
    CHECK_EQUAL(world.sign_in().session->verified_at, now);
}

TEST(R47_a_skip_goes_first_so_that_it_does_not_stay_for_another) {
    RememberingWorld world;
    world.browsers.tokens["BROWSER-a"].first = world.uuid_of_row("dave");
    check_redirect(world.sign_in("dave"), "/a", Reason::skip_used);
    CHECK(world.session->method == Method::skip);
    CHECK_EQUAL(world.sign_in("dave").reason, Reason::browser_known);
}

TEST(R68_under_another_AuthType_the_page_lets_a_remembered_browser_pass) {
    RememberingWorld world;
    world.be_external("alice");
    const auto before = *world.session;
    const auto outcome = world.get("verify", "next=/a");
    check_redirect(outcome, "/a", Reason::browser_known);
    CHECK(outcome.session->method == Method::remembered);
    CHECK_EQUAL(outcome.session->verified_at, yesterday);
    CHECK(outcome.session->external);
    CHECK(outcome.session->id != before.id);
    CHECK(world.sessions.has(before.id));
    CHECK(world.transactions.kept);
}

TEST(R68_no_other_site_and_no_program_lets_a_remembered_browser_pass) {
    for (const bool foreign : {true, false}) {
        RememberingWorld world;
        world.be_external("alice");
        world.cross_site = foreign;
        world.navigation = foreign;
        CHECK_EQUAL(world.get("verify", "next=/a").status, 200);
        CHECK(!world.session->is_verified());
    }
}

TEST(R89_what_happened_since_is_told_in_a_remembered_browser_too) {
    RememberingWorld world;
    world.account_events.events.emplace_back();
    check_redirect(world.sign_in(), "/uzmfa/account?next=/a&done=browser_known", Reason::browser_known);
    world.be_anonymous();
    world.session->id = {202};
    world.account_events.broken = true;
    check_redirect(world.sign_in(), "/a", Reason::browser_known);
}

TEST(who_verifies_again_may_have_the_browser_remembered) {
    RememberingWorld world;
    world.be_verified("alice");
    world.session->verify_again = true;
    world.validator.verdict = Verdict::accepted;
    const auto outcome = world.post("verify", "code=123456&remember=1");
    CHECK_EQUAL(outcome.detail, "verified again, browser remembered");
    CHECK_EQUAL(outcome.browser_token, "BROWSER-1");
}

TEST(at_the_own_sign_in_a_browser_is_known_with_the_password_only) {
    RememberingWorld world;
    world.be_pending("alice", true);
    CHECK_EQUAL(world.get("verify").status, 200);
    CHECK(!world.session->is_verified());
}

TEST(R68_who_is_to_verify_again_is_asked_in_a_remembered_browser_too) {
    for (const bool external : {false, true}) {
        RememberingWorld world;
        world.be({.user = *UserName::of("alice"), .enrolled = true, .external = external, .verify_again = true,
                  .method = Method::remembered, .verified_at = yesterday});
        const auto page = world.get("verify");
        CHECK_EQUAL(page.status, 200);
        CHECK_EQUAL(page.page->name, "verify");
        CHECK(world.session->verify_again);
    }
}

TEST(R51_a_remembered_browser_does_not_carry_a_session_over_a_change_of_its_users_row) {
    RememberingWorld world;
    world.be_external("alice");
    ++world.sessions.epoch;
    check_redirect(world.get("verify", "next=/a"), "/uzmfa/login?next=/a", Reason::session_over);
    CHECK(!world.transactions.kept);
}

TEST(R84_a_store_of_browsers_that_fails_is_503_and_nothing_is_kept) {
    using Break = void (*)(World&);
    for (const Break spoil : {Break{[](World& w) { w.browsers.broken = {"remembered"}; }},
                              Break{[](World& w) { w.attempts.broken = {"is_closed"}; }}}) {
        RememberingWorld world;
        spoil(world);
        check_refused(world.sign_in(), 503, Reason::unavailable);
        CHECK(!world.session->is_verified());
        world.be_external("alice");
        check_refused(world.get("verify"), 503, Reason::unavailable);
        CHECK(!world.transactions.kept);
    }
    RememberingWorld world;
    world.browsers.broken = {"remember"};
    const auto outcome = world.verify("remember=1");
    check_refused(outcome, 503, Reason::unavailable);
    CHECK_EQUAL(outcome.browser_token, "");
    CHECK(!world.transactions.kept);
}

}  // namespace
}  // namespace uzmfa::test
