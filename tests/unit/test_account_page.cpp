// SPDX-License-Identifier: Apache-2.0
#include "world.hpp"

#include <array>

namespace uzmfa::test {
namespace {

constexpr std::string_view here = "/uzmfa/account?next=/a";
constexpr std::string_view and_back = "?next=/uzmfa/account%3Fnext%3D/a";

std::string to(std::string_view page) { return "/uzmfa/" + std::string{page} + std::string{and_back}; }
std::string done(std::string_view what) { return std::string{here} + "&done=" + std::string{what}; }

// alice on her page, verified, on the way to /a.
struct AccountWorld : World {
    AccountWorld() {
        site.recovery_codes = 2;
        recovery_codes.codes = {"RECOVERY-old"};
        be_verified("alice");
    }
    void be_verified_by(Method method, seconds ago = seconds{5}) {
        be({.user = *UserName::of("alice"),
            .enrolled = true,
            .method = method,
            .signed_in_at = at - seconds{3600},
            .verified_at = at - ago});
    }
    Outcome look() { return get("account", "next=/a"); }
    Outcome press(std::string_view action, std::string_view fields = "password=right") {
        return post("account", "next=/a&action=" + std::string{action} + "&" + std::string{fields});
    }
    void list_session(std::uint8_t number, Moment ends_at) {
        SessionId id{};
        id[0] = number;
        administration.details.sessions.push_back({id, Method::totp, at, ends_at, "192.0.2.9", "Browser"});
    }
};

void check_nothing_changed(const AccountWorld& world) {
    CHECK(world.recovery_codes.codes.contains("RECOVERY-old"));
    CHECK(world.sessions.revoked.empty());
    CHECK(world.sessions.ended.empty());
    CHECK(world.browsers.forgotten.empty());
    CHECK(!world.transactions.kept);
    CHECK(world.session->id == SessionId{200});
    CHECK(!world.session->may_bind);
}

void check_page_again(const Outcome& outcome, int status, Reason reason, std::string_view error) {
    CHECK_EQUAL(outcome.status, status);
    CHECK_EQUAL(outcome.reason, reason);
    CHECK_EQUAL(outcome.page->name, "account");
    CHECK_EQUAL(outcome.page->error, error);
    CHECK(!value_on(outcome, "csrf").empty());
}

// --- who sees it ---

TEST(R63_only_who_is_verified_sees_the_page_and_others_come_back_to_it) {
    struct Row {
        std::string_view who;
        void (*prepare)(World&);
        std::string_view page;
    };
    const Row table[] = {
        {"no session", [](World& w) { w.session.reset(); }, "login"},
        {"anonymous", [](World& w) { w.be_anonymous(); }, "login"},
        {"verification due", [](World& w) { w.be_pending("alice", true); }, "verify"},
        {"enrollment due", [](World& w) { w.be_pending("bob", false); }, "enroll"},
        {"a code to enroll due",
         [](World& w) {
             w.be_pending("bob", false);
             w.site.enrollment = EnrollmentRule::code;
         },
         "recovery"},
        {"pending too long", [](World& w) { w.be_pending("alice", true, seconds{600}); }, "login"},
        {"external and pending", [](World& w) { w.be_external("alice"); }, "verify"},
        {"disabled", [](World& w) { w.be_pending("carol", true); }, "login"},
        {"refused by a place", [](World& w) { w.session->refused = true; }, "login"},
        {"idle", [](World& w) { w.session->last_active = w.at - seconds{1800}; }, "login"},
    };
    for (const auto& row : table) {
        const Case at{row.who};
        AccountWorld world;
        row.prepare(world);
        check_redirect(world.look(), to(row.page), Reason::step_not_due);
        check_redirect(world.press("end-others"), to(row.page), Reason::step_not_due);
        CHECK(world.sessions.ended.empty());
        CHECK_EQUAL(world.passwords.checks, 0);
    }
}

TEST(R63_who_is_verified_by_any_method_sees_the_page) {
    for (const auto method : {Method::totp, Method::skip, Method::recovery, Method::temporary, Method::remembered}) {
        const Case at{name_of(method)};
        AccountWorld world;
        world.be_verified_by(method);
        const auto outcome = world.look();
        CHECK_EQUAL(outcome.status, 200);
        CHECK_EQUAL(outcome.page->name, "account");
        CHECK_EQUAL(value_on(outcome, "user"), "alice");
        CHECK_EQUAL(value_on(outcome, "continue"), "/a");
    }
}

// --- what it shows ---

TEST(R63_the_page_lists_sessions_and_browsers_and_names_them_by_what_opens_nothing) {
    AccountWorld world;
    world.list_session(200, now);
    CHECK_EQUAL(value_on(world.look(), "has_others"), "");
    world.list_session(7, now);
    world.administration.details.browsers = {{"prefix", now, now + seconds{60}, "192.0.2.8", "Unknown/1"}};
    const auto outcome = world.look();
    CHECK_EQUAL(value_on(outcome, "has_others"), "1");
    CHECK_EQUAL(value_on(outcome, "has_browsers"), "1");
    const Page::Values origin{{"at", "2023-11-14 22:13:20 UTC"}, {"address", "192.0.2.9"}, {"browser", "Browser"}};
    auto own = origin, other = origin;
    own.emplace_back("is_this", "1");
    other.emplace_back("id", "digest7");
    CHECK(list_on(outcome, "sessions") == (std::vector<Page::Values>{own, other}));
    CHECK(list_on(outcome, "browsers") == (std::vector<Page::Values>{{{"at", "2023-11-14 22:13:20 UTC"},
                                                                     {"address", "192.0.2.8"},
                                                                     {"browser", "Unknown/1"},
                                                                     {"id", "prefix"},
                                                                     {"until", "2023-11-14 22:14:20 UTC"}}}));
}

TEST(a_remembered_browser_alone_is_something_else_to_end) {
    AccountWorld world;
    world.list_session(200, now);
    world.administration.details.browsers = {{"prefix", now, now, "", ""}};
    CHECK_EQUAL(value_on(world.look(), "has_others"), "1");
}

TEST(R44_the_page_tells_how_many_codes_are_left_and_warns_of_few) {
    AccountWorld world;
    for (const std::size_t left : {0u, 2u, 3u, 10u}) {
        const Case at{std::to_string(left)};
        world.administration.details.recovery_codes_left = left;
        CHECK_EQUAL(value_on(world.look(), "codes_left"), std::to_string(left));
        CHECK_EQUAL(value_on(world.look(), "few_left"), left < 3 ? "1" : "");
    }
    CHECK_EQUAL(value_on(world.look(), "has_codes"), "1");
    world.site.recovery_codes = 0;
    CHECK_EQUAL(value_on(world.look(), "has_codes"), "");
}

TEST(R89_the_page_shows_what_happened_with_time_address_and_browser) {
    AccountWorld world;
    CHECK_EQUAL(value_on(world.look(), "has_events"), "");
    const std::string firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    world.account_events.events = {{now, "wrong_code", "192.0.2.66", firefox}, {now, "reset", "", ""}};
    const auto outcome = world.look();
    CHECK_EQUAL(value_on(outcome, "has_events"), "1");
    const std::string at = "2023-11-14 22:13:20 UTC";
    CHECK(list_on(outcome, "events") ==
          (std::vector<Page::Values>{
              {{"at", at}, {"address", "192.0.2.66"}, {"user_agent", firefox}, {"browser", "Firefox"}, {"system", "Linux"},
               {"event", "wrong_code"}},
              {{"at", at}, {"event", "reset"}}}));
}

TEST(when_and_where_the_factor_was_bound_is_shown_where_it_is_known) {
    AccountWorld world;
    CHECK_EQUAL(value_on(world.look(), "bound_at"), "");
    world.administration.details.binding = Binding{.bound_at = now, .bound_from = "192.0.2.7"};
    CHECK_EQUAL(value_on(world.look(), "bound_at"), "2023-11-14 22:13:20 UTC");
    CHECK_EQUAL(value_on(world.look(), "bound_from"), "192.0.2.7");
}

TEST(the_page_says_what_was_done_and_nothing_that_a_stranger_may_put_into_the_address) {
    AccountWorld world;
    for (const auto said : {"own_session_ended", "other_sessions_ended", "browser_forgotten", "recovery_used"}) {
        CHECK_EQUAL(world.get("account", "done=" + std::string{said}).page->notice, said);
    }
    for (const auto unsaid : {"", "wrong_code", "user_reset", "%3Cb%3E", "OWN_SESSION_ENDED"}) {
        const Case at{unsaid};
        CHECK_EQUAL(world.get("account", "done=" + std::string{unsaid}).page->notice, "");
    }
}

TEST(without_a_next_there_is_nowhere_to_go_on_to) {
    AccountWorld world;
    CHECK_EQUAL(value_on(world.look(), "has_next"), "1");
    CHECK_EQUAL(value_on(world.get("account"), "has_next"), "");
}

// --- both factors, just now ---

TEST(R35_R49_new_ways_in_need_a_code_of_the_last_10_minutes_and_a_first_factor_as_young) {
    enum Answer { asks_password, done_at_once, needs_code, needs_sign_in };
    struct Row {
        Method method;
        int verified_ago;
        bool external;
        int signed_in_ago;
        Answer answer;
    };
    const Row table[] = {
        {Method::totp, 5, false, 3600, asks_password},
        {Method::totp, 599, false, 3600, asks_password},
        {Method::totp, 600, false, 3600, needs_code},
        {Method::recovery, 599, false, 3600, asks_password},
        {Method::recovery, 600, false, 3600, needs_code},
        {Method::temporary, 5, false, 10, needs_code},
        {Method::remembered, 5, false, 10, needs_code},
        {Method::skip, 5, false, 10, needs_code},
        {Method::totp, 5, true, 599, done_at_once},
        {Method::totp, 5, true, 600, needs_sign_in},
        {Method::totp, 600, true, 599, needs_code},
        {Method::skip, 5, true, 10, needs_code},
        {Method::skip, 5, true, 600, needs_sign_in},
    };
    for (const auto& [method, verified_ago, external, signed_in_ago, answer] : table) {
        for (const std::string_view action : {"replace", "new-codes"}) {
            const Case at{std::string{action} + ", " + std::string{name_of(method)} + " " + std::to_string(verified_ago) + " s ago" +
                          (external ? ", external " : ", signed in ") + std::to_string(signed_in_ago) + " s ago"};
            AccountWorld world;
            world.be({.user = *UserName::of("alice"), .enrolled = true, .external = external, .method = method,
                      .signed_in_at = now - seconds{signed_in_ago}, .verified_at = now - seconds{verified_ago}});
            const auto page = world.look();
            CHECK_EQUAL(value_on(page, "asks_password"), answer == asks_password ? "1" : "");
            CHECK_EQUAL(value_on(page, "needs_code"), answer == needs_code ? "1" : "");
            CHECK_EQUAL(value_on(page, "needs_sign_in"), answer == needs_sign_in ? "1" : "");

            const auto outcome = world.press(action, external ? "" : "password=right");
            CHECK_EQUAL(world.passwords.checks, answer == asks_password ? 1 : 0);
            if (answer == asks_password || answer == done_at_once) {
                CHECK_EQUAL(outcome.reason, action == "replace" ? Reason::factor_replacing : Reason::recovery_codes_made);
                CHECK(world.transactions.kept);
                continue;
            }
            check_nothing_changed(world);
            if (answer == needs_sign_in) {
                check_page_again(outcome, 403, Reason::step_up_required, "sign_in_needed");
                continue;
            }
            check_redirect(outcome, to("verify"), Reason::step_up_required);
            CHECK(outcome.session->verify_again);
            CHECK_EQUAL(world.get("verify", and_back.substr(1)).status, 200);
        }
    }
}

TEST(R35_a_wrong_password_changes_nothing_and_shows_its_form_again) {
    for (const auto& [action, opened, not_opened] : {std::array{"replace", "opens_replace", "opens_codes"},
                                                     std::array{"new-codes", "opens_codes", "opens_replace"}}) {
        for (const std::string_view password : {"password=wrong", "password=", "", "password=RIGHT"}) {
            const Case at{std::string{action} + " " + std::string{password}};
            AccountWorld world;
            const auto outcome = world.press(action, password);
            check_page_again(outcome, 401, Reason::wrong_password, "password_not_right");
            CHECK_EQUAL(value_on(outcome, opened), "1");
            CHECK_EQUAL(value_on(outcome, not_opened), "");
            CHECK_EQUAL(outcome.user, "alice");
            CHECK_EQUAL(world.sign_in_limit.failures.at("alice from 192.0.2.1"), 1);
            check_nothing_changed(world);
        }
    }
}

TEST(R27_too_many_passwords_are_429_and_not_looked_at) {
    AccountWorld world;
    world.sign_in_limit.wait = seconds{421};
    for (const auto* action : {"replace", "new-codes"}) {
        const auto outcome = world.press(action);
        check_page_again(outcome, 429, Reason::too_many_sign_ins, "too_many_passwords");
        CHECK_EQUAL(outcome.retry_after, seconds{421});
        CHECK_EQUAL(value_on(outcome, "wait_minutes"), "8");
        CHECK_EQUAL(world.passwords.checks, 0);
        check_nothing_changed(world);
    }
}

TEST(R84_a_password_that_nobody_could_look_at_is_503_and_given_back) {
    AccountWorld world;
    world.passwords.busy = true;
    check_refused(world.press("replace"), 503, Reason::sign_in_busy);
    world.passwords.busy = false;
    world.passwords.broken = true;
    check_refused(world.press("new-codes"), 503, Reason::unavailable);
    CHECK_EQUAL(world.sign_in_limit.failures.at("alice from 192.0.2.1"), 0);
    check_nothing_changed(world);
}

TEST(a_right_password_clears_the_failures_of_its_user) {
    AccountWorld world;
    world.press("replace", "password=wrong");
    world.press("replace");
    CHECK(world.sign_in_limit.failures.empty());
}

// --- whose form it is ---

TEST(R69_a_form_of_another_session_or_site_does_nothing) {
    for (const std::string action : {"replace", "new-codes", "end-others", "end-session", "forget-browser"}) {
        const Case at{action};
        AccountWorld world;
        world.list_session(7, now);
        world.browsers.tokens["prefix"] = {world.uuid_of_row("alice"), now};
        const std::string fields = "&action=" + action + "&password=right&session=digest7&browser=prefix";
        check_page_again(world.request(Verb::post, "account", "csrf=token99" + fields, {}), 403, Reason::form_stale,
                         "form_stale");
        check_page_again(world.request(Verb::post, "account", fields.substr(1), {}), 403, Reason::form_stale, "form_stale");
        world.cross_site = true;
        check_page_again(world.request(Verb::post, "account", "csrf=token200" + fields, {}), 403, Reason::form_stale,
                         "form_stale");
        CHECK_EQUAL(world.passwords.checks, 0);
        CHECK_EQUAL(world.browsers.tokens.size(), 1);
        check_nothing_changed(world);
    }
}

TEST(an_action_that_there_is_not_is_400) {
    AccountWorld world;
    for (const auto* action : {"", "reset", "Replace", "replace%20"}) {
        const Case at{action};
        check_refused(world.press(action), 400, Reason::bad_request);
    }
    world.site.recovery_codes = 0;
    check_refused(world.press("new-codes"), 400, Reason::bad_request);
    CHECK_EQUAL(world.passwords.checks, 0);
    check_nothing_changed(world);
}

// --- another factor ---

TEST(R35_a_proven_user_may_bind_another_factor_in_a_session_of_a_new_id) {
    AccountWorld world;
    const auto before = *world.session;
    const auto outcome = world.press("replace");
    check_redirect(outcome, to("enroll"), Reason::factor_replacing);
    CHECK(outcome.session->may_bind);
    CHECK(outcome.session->id != before.id);
    CHECK(outcome.session->method == Method::totp);
    CHECK_EQUAL(outcome.session->verified_at, before.verified_at);
    CHECK(world.sessions.has(before.id));
    CHECK(world.transactions.kept);
    CHECK(world.recovery_codes.codes.contains("RECOVERY-old"));
    CHECK(world.browsers.forgotten.empty());
}

TEST(R45_a_factor_bound_in_place_of_another_brings_new_codes_and_no_browser_stays_remembered) {
    AccountWorld world;
    world.press("replace");
    const auto page = world.get("enroll", and_back.substr(1));
    CHECK_EQUAL(page.status, 200);
    CHECK_EQUAL(value_on(page, "replacing"), "1");
    world.at += seconds{60};
    world.validator.verdict = Verdict::accepted;
    const auto outcome = world.post("enroll", "code=123456&" + std::string{and_back.substr(1)});
    CHECK_EQUAL(outcome.reason, Reason::enrolled);
    CHECK_EQUAL(outcome.page->name, "recovery_codes");
    CHECK_EQUAL(value_on(outcome, "continue"), here);
    CHECK(!outcome.session->may_bind);
    CHECK_EQUAL(outcome.session->verified_at, world.at);
    CHECK_EQUAL(world.browsers.forgotten, std::vector<std::string>{world.uuid_of_row("alice")});
    CHECK_EQUAL(world.sessions.ended.size(), 1);
    CHECK(world.recovery_codes.codes == (std::set<std::string, std::less<>>{"RECOVERY-1", "RECOVERY-2"}));
    CHECK(world.transactions.kept);
    check_redirect(world.get("enroll", "next=/a"), "/a", Reason::step_passed);
}

TEST(R35_the_permission_to_bind_ends_20_minutes_after_the_verification) {
    AccountWorld world;
    world.press("replace");
    const auto verified_at = world.session->verified_at;
    world.validator.verdict = Verdict::accepted;
    world.at = verified_at + seconds{1200};
    check_redirect(world.get("enroll", "next=/a"), "/a", Reason::step_passed);
    check_redirect(world.post("enroll", "code=123456&next=/a"), done("step_not_due"), Reason::step_not_due);
    CHECK(world.validator.confirmed.empty());
    world.at = verified_at + seconds{1199};
    CHECK_EQUAL(world.get("enroll").status, 200);
    CHECK_EQUAL(world.post("enroll", "code=123456").reason, Reason::enrolled);
}

TEST(R35_a_verification_that_a_place_asks_for_does_not_bring_the_permission_back) {
    AccountWorld world;
    world.press("replace");
    world.at = world.session->verified_at + seconds{1200};
    world.session->verify_again = true;
    check_redirect(world.get("enroll"), "/uzmfa/verify", Reason::step_not_due);
    world.validator.verdict = Verdict::accepted;
    CHECK(!world.post("verify", "code=123456").session->may_bind);
}

// --- new recovery codes ---

TEST(R45_new_codes_end_the_old_ones_and_are_shown_once_in_a_session_of_a_new_id) {
    AccountWorld world;
    const auto before = *world.session;
    const auto outcome = world.press("new-codes");
    CHECK_EQUAL(outcome.status, 200);
    CHECK_EQUAL(outcome.reason, Reason::recovery_codes_made);
    CHECK_EQUAL(outcome.page->name, "recovery_codes");
    CHECK_EQUAL(value_on(outcome, "recovery_codes"), "RECOVERY-1\nRECOVERY-2\n");
    CHECK_EQUAL(value_on(outcome, "continue"), here);
    CHECK(outcome.location.empty());
    CHECK(world.recovery_codes.codes == (std::set<std::string, std::less<>>{"RECOVERY-1", "RECOVERY-2"}));
    CHECK(outcome.session->id != before.id);
    CHECK_EQUAL(value_on(outcome, "csrf"), world.tokens.form_token(outcome.session->id));
    CHECK(!outcome.session->may_bind);
    CHECK_EQUAL(outcome.session->verified_at, before.verified_at);
    CHECK(world.sessions.has(before.id));
    CHECK(world.transactions.kept);
    CHECK_EQUAL(value_on(world.look(), "recovery_codes"), "");
}

// --- once, and only while the row is what it was ---

constexpr std::string_view forward[] = {"replace", "new-codes", "end-others"};

TEST(R69_of_a_button_pressed_twice_the_second_press_keeps_nothing) {
    for (const auto action : forward) {
        const Case at{action};
        AccountWorld world;
        const auto before = *world.session;
        world.press(action);
        world.session = before;
        const auto outcome = world.press(action);
        check_redirect(outcome, "/uzmfa/account?next=/a", Reason::step_passed);
        CHECK(!outcome.session);
        CHECK(!outcome.page);
        CHECK(!world.transactions.kept);
        CHECK_EQUAL(world.sessions.revoked.size(), 1);
    }
}

TEST(R7_who_thinks_better_of_another_app_verifies_with_the_one_in_use) {
    AccountWorld world;
    world.press("replace");
    check_redirect(world.get("verify"), "/uzmfa/enroll", Reason::step_not_due);
    world.session->verify_again = true;  // as a place with UzmfaVerifiedWithin leaves it
    CHECK_EQUAL(world.get("verify").status, 200);
    world.validator.verdict = Verdict::accepted;
    check_redirect(world.post("verify", "code=123456"), "/", Reason::code_accepted);
    CHECK(!world.session->may_bind);
}

TEST(R51_a_session_whose_row_has_changed_meanwhile_is_over_and_changes_nothing) {
    for (const auto action : forward) {
        const Case at{action};
        AccountWorld world;
        ++world.sessions.epoch;
        check_redirect(world.press(action), "/uzmfa/login?next=/a", Reason::session_over);
        check_nothing_changed(world);
    }
}

// --- sessions and browsers ---

TEST(R63_another_session_is_ended_until_it_would_have_ended) {
    AccountWorld world;
    world.list_session(200, now + seconds{50});
    world.list_session(7, now + seconds{70});
    check_redirect(world.press("end-session", "session=digest7"), done("own_session_ended"), Reason::own_session_ended);
    CHECK_EQUAL(world.sessions.revoked.size(), 2);
    CHECK(world.sessions.revoked[0].first == SessionId{200});
    CHECK(world.sessions.revoked[1] == std::pair(SessionId{7}, now + seconds{70}));
    CHECK_EQUAL(world.passwords.checks, 0);
    CHECK(world.session->id != SessionId{200});
}

TEST(R63_the_own_session_is_ended_by_the_sign_out) {
    AccountWorld world;
    world.list_session(200, now + seconds{50});
    check_redirect(world.press("end-session", "session=digest200"), "/uzmfa/logout?next=/a", Reason::step_not_due);
    check_nothing_changed(world);
}

TEST(a_session_that_is_none_of_the_users_is_taken_for_one_that_has_ended) {
    AccountWorld world;
    world.list_session(200, now + seconds{50});
    for (const auto* fields : {"session=digest7", "session=", "", "session=%27%20OR%201=1"}) {
        check_redirect(world.press("end-session", fields), done("own_session_ended"), Reason::step_passed);
    }
    check_nothing_changed(world);
}

TEST(R63_all_others_end_with_the_remembered_browsers_and_this_session_goes_on_under_a_new_id) {
    AccountWorld world;
    const auto before = *world.session;
    const auto outcome = world.press("end-others", "");
    check_redirect(outcome, done("other_sessions_ended"), Reason::other_sessions_ended);
    CHECK(world.sessions.ended == std::vector{*uuid_of(world.uuid_of_row("alice"))});
    CHECK_EQUAL(world.browsers.forgotten, std::vector<std::string>{world.uuid_of_row("alice")});
    CHECK(outcome.session->id != before.id);
    CHECK(outcome.session->is_verified());
    CHECK(world.sessions.has(before.id));
    CHECK(world.sessions.noted.back().id == outcome.session->id);
    CHECK(world.transactions.kept);
}

TEST(R63_a_browser_is_forgotten_where_it_is_the_users) {
    AccountWorld world;
    world.browsers.tokens = {{"own", {world.uuid_of_row("alice"), now}}, {"bobs", {"00000000-0000-4000-8000-00000000000b", now}}};
    check_redirect(world.press("forget-browser", "browser=own"), done("browser_forgotten"), Reason::browser_forgotten);
    for (const auto* fields : {"browser=own", "browser=bobs", "browser=", ""}) {
        check_redirect(world.press("forget-browser", fields), done("browser_forgotten"), Reason::step_passed);
    }
    CHECK_EQUAL(world.browsers.tokens.size(), 1);
    CHECK(world.browsers.tokens.contains("bobs"));
}

// --- services that fail ---

TEST(R84_a_service_that_fails_is_503_and_nothing_is_kept) {
    using Break = void (*)(AccountWorld&);
    struct Row {
        std::string_view action;  // empty: a look
        std::string_view what;
        Break spoil;
    };
    const Break administration = [](AccountWorld& w) { w.administration.broken = true; };
    const Break charge = [](AccountWorld& w) { w.sign_in_limit.broken = {"charge"}; };
    const Break clear = [](AccountWorld& w) { w.sign_in_limit.broken = {"clear"}; };
    const Break row_of = [](AccountWorld& w) { w.sessions.broken = {"row_of"}; };
    const Break hold = [](AccountWorld& w) { w.sessions.broken = {"hold"}; };
    const Break revoke = [](AccountWorld& w) { w.sessions.broken = {"revoke"}; };
    const Break note = [](AccountWorld& w) { w.sessions.broken = {"note"}; };
    const Break end_all = [](AccountWorld& w) { w.sessions.broken = {"end_all"}; };
    const Break forget_all = [](AccountWorld& w) { w.browsers.broken = {"forget_all"}; };
    const Break forget = [](AccountWorld& w) { w.browsers.broken = {"forget"}; };
    const Break codes = [](AccountWorld& w) { w.recovery_codes.broken = {"replace"}; };
    const Break revoke_second = [](AccountWorld& w) {
        w.sessions.on_revoke = [&w] { w.sessions.broken = {"revoke"}; };
    };
    const Break attempts = [](AccountWorld& w) { w.attempts.broken = {"clear"}; };
    const Break accounts = [](AccountWorld& w) {
        w.be_pending("alice", true);
        w.accounts.broken = {"find"};
    };
    const Row table[] = {
        {"", "details", administration},       {"", "standing", accounts},
        {"end-session", "find", administration}, {"end-session", "revoke", revoke},     {"end-others", "row", row_of},
        {"end-others", "end", end_all},        {"end-others", "forget", forget_all},  {"end-others", "revoke", revoke},
        {"end-others", "note", note},          {"forget-browser", "forget", forget},  {"replace", "charge", charge},
        {"replace", "clear", clear},           {"replace", "row", row_of},            {"replace", "revoke", revoke},
        {"replace", "note", note},             {"new-codes", "charge", charge},       {"new-codes", "clear", clear},
        {"new-codes", "replace", codes},       {"new-codes", "row", row_of},          {"new-codes", "revoke", revoke},
        {"new-codes", "note", note},           {"replace", "hold", hold},             {"end-session", "hold", hold},
        {"end-others", "standing", accounts},  {"end-others", "revoke again", revoke_second},
        {"end-session", "revoke the other", revoke_second},                           {"new-codes", "attempts", attempts},
    };
    for (const auto& [action, what, spoil] : table) {
        const Case at{std::string{action} + ", " + std::string{what}};
        AccountWorld world;
        world.list_session(7, now);
        spoil(world);
        const auto outcome = action.empty() ? world.look() : world.press(action, "password=right&session=digest7&browser=prefix");
        check_refused(outcome, 503, Reason::unavailable);
        CHECK_EQUAL(value_on(outcome, "retry"), here);
        CHECK_EQUAL(value_on(outcome, "recovery_codes"), "");
        CHECK(!world.transactions.kept);
        CHECK(world.session->id == SessionId{200});
    }
}

TEST(R84_a_factor_that_cannot_be_put_in_place_of_another_is_503_and_nothing_is_kept) {
    using Break = void (*)(World&);
    for (const Break spoil : {Break{[](World& w) { w.validator.broken = {"bind"}; }}, Break{[](World& w) { w.attempts.broken = {"clear"}; }},
                              Break{[](World& w) { w.browsers.broken = {"forget_all"}; }},
                              Break{[](World& w) { w.recovery_codes.broken = {"replace"}; }}}) {
        AccountWorld world;
        world.press("replace");
        world.validator.verdict = Verdict::accepted;
        spoil(world);
        check_refused(world.post("enroll", "code=123456"), 503, Reason::unavailable);
        CHECK(!world.transactions.kept);
    }
}

TEST(R84_what_went_wrong_is_told_by_a_503_where_the_page_cannot_be_shown_again) {
    AccountWorld world;
    world.administration.broken = true;
    check_refused(world.press("replace", "password=wrong"), 503, Reason::unavailable);
    check_refused(world.request(Verb::post, "account", "csrf=old&action=replace", {}), 503, Reason::unavailable);
    check_nothing_changed(world);
}

TEST(the_page_is_shown_where_what_happened_cannot_be_told) {
    AccountWorld world;
    world.account_events.broken = true;
    CHECK_EQUAL(world.look().status, 200);
}

TEST(R35_who_thinks_better_of_another_app_keeps_the_one_in_use) {
    AccountWorld world;
    world.press("replace");
    const auto former = world.session->id;
    const auto outcome = world.press("keep");
    check_redirect(outcome, here, Reason::step_passed);
    CHECK(!outcome.session->may_bind);
    CHECK(outcome.session->id != former);
    check_redirect(world.get("enroll", "next=/a"), "/a", Reason::step_passed);
}

TEST(what_was_done_is_not_said_where_a_link_of_another_site_claims_it) {
    AccountWorld world;
    CHECK_EQUAL(world.get("account", "done=browser_forgotten").page->notice, "browser_forgotten");
    CHECK_EQUAL(world.get("account", "done=nonsense").page->notice, "");
    world.cross_site = true;
    CHECK_EQUAL(world.get("account", "done=browser_forgotten").page->notice, "");
}

TEST(a_user_whose_row_is_gone_sees_no_page_and_ends_no_session) {
    AccountWorld world;
    world.list_session(7, now);
    world.accounts.rows.erase("alice");
    check_refused(world.look(), 503, Reason::damaged);
    check_redirect(world.press("end-session", "session=digest7"), done("own_session_ended"), Reason::step_passed);
    check_nothing_changed(world);
}

}  // namespace
}  // namespace uzmfa::test
