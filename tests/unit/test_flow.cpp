// SPDX-License-Identifier: Apache-2.0
#include "world.hpp"

namespace uzmfa::test {
namespace {

// --- what every page has ---

TEST(an_unknown_page_is_404_whatever_the_method_and_the_body) {
    World world;
    for (const std::string_view page : {"", "/", "login/", "Login", "login.html", "enroll/qr.png", "enroll/", "..", "api"}) {
        const Case at{page};
        for (const auto verb : {Verb::get, Verb::head, Verb::post, Verb::other}) {
            check_refused(world.request(verb, page, {}, {}), 404, Reason::not_found);
        }
    }
    world.input = PageVisit::Input::too_large;
    world.secure = false;
    check_refused(world.get("unknown"), 404, Reason::not_found);
}

TEST(R78_another_method_is_405_with_Allow) {
    World world;
    for (const std::string_view page : {"login", "enroll", "verify", "logout"}) {
        const auto outcome = world.request(Verb::other, page, {}, {});
        check_refused(outcome, 405, Reason::method_not_allowed);
        CHECK_EQUAL(outcome.allow, "GET, HEAD, POST");
    }
    for (const std::string_view page : {"enroll/qr.svg", "done"}) {
        for (const auto verb : {Verb::other, Verb::post}) {
            const auto outcome = world.request(verb, page, {}, {});
            check_refused(outcome, 405, Reason::method_not_allowed);
            CHECK_EQUAL(outcome.allow, "GET, HEAD");
        }
    }
    world.input = PageVisit::Input::too_large;
    CHECK_EQUAL(world.request(Verb::other, "login", {}, {}).status, 405);
}

TEST(R78_a_form_that_is_too_large_is_413_and_one_that_is_malformed_400) {
    World world;
    world.be_pending("alice", true);
    for (const bool secure : {true, false}) {
        world.secure = secure;
        for (const std::string_view page : {"login", "enroll", "verify", "logout"}) {
            world.input = PageVisit::Input::too_large;
            check_refused(world.post(page, "code=123456"), 413, Reason::too_large);
            world.input = PageVisit::Input::malformed;
            check_refused(world.post(page, "code=123456"), 400, Reason::bad_request);
            check_refused(world.get(page), 400, Reason::bad_request);
        }
    }
    CHECK(world.validator.verified.empty());
    CHECK_EQUAL(world.accounts.finds, 0);
}

TEST(R74_a_field_in_the_body_and_in_the_query_is_400) {
    World world;
    world.be_pending("alice", true);
    check_refused(world.post("verify", "code=123456", "code=123456"), 400, Reason::bad_request);
    check_refused(world.post("verify", "code=123456&next=/a", "next=/a"), 400, Reason::bad_request);
    world.secure = false;
    check_refused(world.post("verify", "code=123456", "csrf="), 400, Reason::bad_request);
    CHECK(world.validator.verified.empty());
}

TEST(R59_plain_http_is_refused_on_every_page_and_sets_no_session) {
    World world;
    world.secure = false;
    for (const std::string_view page : {"login", "enroll", "verify", "logout"}) {
        check_refused(world.get(page), 403, Reason::insecure);
        check_refused(world.post(page, "username=alice&password=right"), 403, Reason::insecure);
    }
    check_refused(world.get("enroll/qr.svg"), 403, Reason::insecure);
    CHECK_EQUAL(world.passwords.checks, 0);
}

TEST(every_page_in_every_state_shows_itself_or_leads_to_the_page_due) {
    const auto forget = [](World& world) { world.session.reset(); };
    const auto anonymous = [](World& world) { world.be_anonymous(); };
    const auto to_enroll = [](World& world) { world.be_pending("bob", false); };
    const auto to_verify = [](World& world) { world.be_pending("alice", true); };
    const auto too_old = [](World& world) { world.be_pending("alice", true, seconds{600}); };
    const auto verified = [](World& world) { world.be_verified("alice"); };
    const auto disabled = [](World& world) { world.be_pending("carol", true); };
    const auto gone = [](World& world) { world.be_pending("mallory", true); };
    const auto idle = [](World& world) {
        world.be_verified("alice");
        world.session->last_active = world.at - seconds{1800};
    };
    const std::string login = "/uzmfa/login?next=/a", enroll = "/uzmfa/enroll?next=/a", verify = "/uzmfa/verify?next=/a";
    const std::string itself;
    struct Row {
        std::string_view name;
        void (*prepare)(World&);
        std::string login, enroll, verify, logout;  // where each leads; empty: it shows itself
    };
    const Row table[] = {
        {"no session", forget, itself, login, login, login},
        {"anonymous", anonymous, itself, login, login, login},
        {"enrollment due", to_enroll, enroll, itself, enroll, itself},
        {"verification due", to_verify, verify, verify, itself, itself},
        {"pending too long", too_old, itself, login, login, itself},
        {"verified", verified, "/a", "/a", "/a", itself},
        {"verified but idle", idle, itself, login, login, login},
        {"disabled meanwhile", disabled, itself, login, login, itself},
        {"deleted meanwhile", gone, itself, login, login, itself},
    };
    for (const auto& row : table) {
        for (const auto verb : {Verb::get, Verb::head}) {
            for (const auto& [page, leads_to] : {std::pair<std::string_view, const std::string&>{"login", row.login},
                                                 {"enroll", row.enroll},
                                                 {"enroll/qr.svg", row.enroll},
                                                 {"verify", row.verify},
                                                 {"logout", row.logout}}) {
                const Case at{std::string{row.name} + ", " + std::string{page}};
                World world;
                row.prepare(world);
                world.validator.pending = "SECRET0";
                const auto outcome = world.request(verb, page, {}, "next=/a");
                if (leads_to.empty()) {
                    CHECK_EQUAL(outcome.status, 200);
                    CHECK_EQUAL(outcome.reason, Reason::page_shown);
                    CHECK_EQUAL(outcome.page->name, page == "enroll/qr.svg" ? "qr" : page);
                } else {
                    check_redirect(outcome, leads_to, leads_to == "/a" ? Reason::step_passed : Reason::step_not_due);
                    CHECK(!outcome.session);
                }
                CHECK(!outcome.drop_session);
                CHECK(world.sessions.revoked.empty());
                CHECK_EQUAL(world.accounts.skips_consumed, 0);
            }
        }
    }
}

TEST(R4_a_code_posted_to_a_page_that_is_not_due_reaches_no_validator) {
    const auto check = [](World& world, std::string_view page, std::string_view location, Reason reason) {
        world.validator.verdict = Verdict::accepted;
        const auto outcome = world.post(page, "code=123456&next=/a");
        check_redirect(outcome, location, reason);
        CHECK(!outcome.session);
        CHECK(world.validator.verified.empty());
        CHECK(world.validator.confirmed.empty());
        CHECK(world.sessions.revoked.empty());
        CHECK_EQUAL(world.validator.secrets_made, 0);
    };
    for (const std::string_view page : {"enroll", "verify"}) {
        const Case at{page};
        World world;
        check(world, page, "/uzmfa/login?next=/a", Reason::step_not_due);
        world.be_anonymous();
        check(world, page, "/uzmfa/login?next=/a", Reason::step_not_due);
        world.be_pending("alice", true, seconds{600});
        check(world, page, "/uzmfa/login?next=/a", Reason::step_not_due);
        world.be_pending("carol", true);
        check(world, page, "/uzmfa/login?next=/a", Reason::step_not_due);
        world.be_verified("alice");
        check(world, page, "/a", Reason::step_passed);
    }
    World world;
    world.be_pending("alice", true);
    check(world, "enroll", "/uzmfa/verify?next=/a", Reason::step_not_due);
    world.be_pending("bob", false);
    check(world, "verify", "/uzmfa/enroll?next=/a", Reason::step_not_due);
}

TEST(R69_a_step_that_was_passed_already_answers_303_whatever_the_token) {
    World world;
    world.be_verified("alice");
    for (const std::string_view page : {"enroll", "verify"}) {
        check_redirect(world.request(Verb::post, page, "csrf=foreign&code=123456&next=/a", {}), "/a", Reason::step_passed);
        world.cross_site = true;
        check_redirect(world.request(Verb::post, page, "code=1", {}), "/", Reason::step_passed);
        world.cross_site = false;
    }
    CHECK(world.validator.verified.empty());
    CHECK(world.validator.confirmed.empty());
}

TEST(what_a_session_knew_of_its_row_is_asked_again) {
    World world;
    world.be_pending("alice", true);
    world.accounts.rows["alice"].mfa_enrolled = false;  // reset meanwhile
    check_redirect(world.get("verify"), "/uzmfa/enroll", Reason::step_not_due);
    world.be_pending("bob", false);
    world.accounts.rows["bob"] = enrolled_account("bob");  // enrolled in another browser
    check_redirect(world.get("enroll"), "/uzmfa/verify", Reason::step_not_due);
}

TEST(only_the_administrators_pages_are_for_administrators) {
    for (const auto page : {"admin", "admin/events", "api/v1/users"}) CHECK(is_for_administrators(page));
    for (const auto page : {"login", "verify", "account", "api/v1/session", "nothing"}) CHECK(!is_for_administrators(page));
}

TEST(a_visit_of_an_own_page_counts_as_activity) {
    const auto idle_for = [](seconds idle) {
        World world;
        world.be_verified("alice");
        world.session->last_active = world.at - idle;
        return world.get("logout").session;
    };
    CHECK(!idle_for(seconds{179}));
    const auto touched = idle_for(seconds{180});
    CHECK(touched.has_value());
    CHECK_EQUAL(touched->last_active, now);
    CHECK(touched->id == SessionId{200});
    CHECK(touched->is_verified());
    CHECK(!idle_for(seconds{1800}));
}

TEST(a_session_that_ends_is_not_touched) {
    World world;
    world.be_verified("alice");
    world.session->last_active = world.at - seconds{500};
    const auto outcome = world.post("logout", "");
    CHECK(outcome.drop_session);
    CHECK(!outcome.session);
}

TEST(a_session_that_a_place_has_refused_is_not_touched) {
    World world;
    world.be_verified("alice");
    world.session->last_active = now - seconds{600};
    CHECK(world.get("account").session.has_value());
    world.session->last_active = now - seconds{600};
    world.session->refused = true;
    CHECK(!world.get("login").session);
}

// --- next ---

TEST(R71_a_next_that_is_hostile_or_an_own_page_is_the_front_page) {
    for (const std::string_view next : {"//evil.example", "https://evil.example", "/%5Cevil.example", "%0d%0aX:1", "/uzmfa/login",
                                        "javascript:alert(1)", "", "a"}) {
        const Case at{next};
        World world;
        world.be_verified("alice");
        const auto query = "next=" + std::string{next};
        const auto outcome = world.get("login", query);
        CHECK_EQUAL(outcome.status, 303);
        CHECK_EQUAL(outcome.location, "/");
        world.session.reset();
        CHECK_EQUAL(value_on(world.get("login", query), "next"), "");
    }
}

TEST(next_may_stand_in_the_form_or_in_the_query) {
    World world;
    world.be_pending("alice", true);
    world.validator.verdict = Verdict::accepted;
    CHECK_EQUAL(world.post("verify", "code=123456&next=/a%3Fb%3Dc%26d").location, "/a?b=c&d");
    world.be_pending("alice", true);
    CHECK_EQUAL(world.post("verify", "code=123456", "next=/a%3Fb%3Dc%26d").location, "/a?b=c&d");
}

TEST(next_is_on_every_page_that_can_go_on) {
    World world;
    CHECK_EQUAL(value_on(world.get("login", "next=/a%20b"), "next"), "");  // no return path: a raw space
    CHECK_EQUAL(value_on(world.get("login", "next=/a%2520b"), "next"), "/a%20b");
    CHECK_EQUAL(value_on(world.post("login", "username=alice&password=wrong&next=/a"), "next"), "/a");
    CHECK_EQUAL(value_on(world.request(Verb::post, "login", "csrf=old&next=/a", {}), "next"), "/a");
    world.be_pending("bob", false);
    CHECK_EQUAL(value_on(world.get("enroll", "next=/a"), "next"), "/a");
    CHECK_EQUAL(value_on(world.post("enroll", "code=1&next=/a"), "next"), "/a");
    CHECK_EQUAL(value_on(world.request(Verb::post, "enroll", "csrf=old&next=/a", {}), "next"), "/a");
    world.be_pending("alice", true);
    CHECK_EQUAL(value_on(world.get("verify", "next=/a"), "next"), "/a");
    CHECK_EQUAL(value_on(world.post("verify", "code=1&next=/a"), "next"), "/a");
    CHECK_EQUAL(value_on(world.post("verify", "code=123456&next=/a"), "next"), "/a");
    CHECK_EQUAL(value_on(world.get("logout", "next=/a"), "next"), "/a");
    CHECK_EQUAL(world.post("logout", "next=/a").location, "/uzmfa/login?next=/a");
}

// --- sign-in ---

TEST(the_first_look_at_the_sign_in_page_makes_an_anonymous_session) {
    World world;
    const auto outcome = world.get("login");
    CHECK_EQUAL(outcome.status, 200);
    CHECK(outcome.session.has_value());
    CHECK(outcome.session->user.empty());
    CHECK_EQUAL(outcome.session->signed_in_at, now);
    CHECK_EQUAL(value_on(outcome, "csrf"), world.tokens.form_token(outcome.session->id));
    CHECK_EQUAL(value_on(outcome, "user"), "");
    CHECK_EQUAL(value_on(outcome, "username"), "");
}

TEST(the_second_look_keeps_the_session_and_its_token) {
    World world;
    const auto first = world.get("login");
    const auto second = world.get("login");
    CHECK(!second.session);
    CHECK_EQUAL(value_on(second, "csrf"), value_on(first, "csrf"));
}

TEST(a_user_name_in_the_query_is_not_put_into_the_form) {
    World world;
    CHECK_EQUAL(value_on(world.get("login", "username=mallory"), "username"), "");
}

TEST(a_dead_session_is_replaced_by_an_anonymous_one) {
    World world;
    world.be_verified("alice");
    world.session->last_active = world.at - seconds{1800};
    const auto outcome = world.get("login");
    CHECK_EQUAL(outcome.status, 200);
    CHECK(outcome.session->user.empty());
    CHECK(outcome.session->id[0] != 200);
    CHECK_EQUAL(value_on(outcome, "user"), "");
}

TEST(R82_without_any_session_a_sign_in_says_that_cookies_are_blocked) {
    World world;
    const auto outcome = world.post("login", "username=alice&password=right&next=/a");
    check_refused(outcome, 403, Reason::cookies_blocked);
    CHECK_EQUAL(value_on(outcome, "retry"), "/uzmfa/login?next=/a");
    CHECK_EQUAL(world.passwords.checks, 0);
}

TEST(with_a_dead_session_a_sign_in_gets_the_form_again_with_a_new_token_and_the_name) {
    World world;
    world.be_anonymous();
    world.session->signed_in_at = world.at - world.policy.max_age;
    const auto outcome = world.post("login", "username=alice&password=right&next=/a");
    check_form_again(outcome, 403, Reason::form_stale, "login");
    CHECK(outcome.session.has_value());
    CHECK(outcome.session->user.empty());
    CHECK_EQUAL(value_on(outcome, "csrf"), world.tokens.form_token(outcome.session->id));
    CHECK_EQUAL(value_on(outcome, "username"), "alice");
    CHECK_EQUAL(world.passwords.checks, 0);
}

TEST(R69_a_foreign_or_missing_token_checks_no_password) {
    for (const std::string_view body : {"username=alice&password=right", "csrf=&username=alice&password=right",
                                        "csrf=token99&username=alice&password=right"}) {
        const Case at{body};
        World world;
        world.get("login");
        const auto outcome = world.request(Verb::post, "login", body, {});
        check_form_again(outcome, 403, Reason::form_stale, "login");
        CHECK(!outcome.session);
        CHECK_EQUAL(value_on(outcome, "username"), "alice");
        CHECK_EQUAL(world.passwords.checks, 0);
    }
}

TEST(R80_a_sign_in_page_of_before_the_session_leads_its_user_on_and_checks_no_password) {
    const std::string_view body = "csrf=old&next=/tab&username=alice&password=";
    for (const std::string_view password : {"right", "wrong"}) {
        World world;
        const auto send = [&] { return world.request(Verb::post, "login", std::string{body} + std::string{password}, {}); };
        world.be_pending("alice", true);
        check_redirect(send(), "/uzmfa/verify?next=/tab", Reason::step_not_due);
        world.be_verified("alice");
        const auto outcome = send();
        check_redirect(outcome, "/tab", Reason::step_passed);
        CHECK(!outcome.session);
        CHECK_EQUAL(outcome.user, "alice");
        world.policy.engine = Engine::report_only;
        world.be_pending("alice", true);
        check_redirect(send(), "/tab", Reason::step_passed);
        CHECK_EQUAL(world.passwords.checks, 0);
        CHECK(world.sign_in_limit.failures.empty());
    }
}

TEST(R80_a_sign_in_page_of_before_the_session_leads_nobody_else_on) {
    const std::string_view body = "csrf=old&next=/tab&username=alice&password=right";
    const auto check_sent = [&](const char* name, auto be) {
        const Case at{name};
        World world;
        be(world);
        check_form_again(world.request(Verb::post, "login", body, {}), 403, Reason::form_stale, "login");
        CHECK_EQUAL(world.passwords.checks, 0);
    };
    check_sent("another user", [](World& world) { world.be_verified("dave"); });
    check_sent("another spelling", [](World& world) { world.be_verified("Alice"); });
    check_sent("another AuthType's", [](World& world) { world.be_external("alice"); });
    check_sent("another site's form", [](World& world) { world.be_verified("alice"); world.cross_site = true; });
    check_sent("pending too long", [](World& world) { world.be_pending("alice", true, pending_lifetime); });
    check_sent("refused by a place", [](World& world) {
        world.be_verified("alice");
        world.session->refused = true;
    });
}

TEST(the_sign_in_page_leads_nobody_to_a_second_factor_where_the_engine_reports_only) {
    World world;
    world.policy.engine = Engine::report_only;
    for (const auto* user : {"alice", "bob"}) {
        world.be_pending(user, true);
        check_redirect(world.get("login", "next=/tab"), "/tab", Reason::step_passed);
    }
}

TEST(R69_a_token_in_the_query_is_none) {
    World world;
    world.get("login");
    const auto query = "csrf=" + world.tokens.form_token(world.session->id);
    CHECK_EQUAL(world.request(Verb::post, "login", "username=alice&password=right", query).status, 403);
    CHECK_EQUAL(world.passwords.checks, 0);
}

TEST(a_form_that_another_site_sent_is_refused_with_the_right_token_too) {
    World world;
    world.get("login");
    world.cross_site = true;
    check_form_again(world.post("login", "username=alice&password=right"), 403, Reason::form_stale, "login");
    CHECK_EQUAL(world.passwords.checks, 0);
    world.be_pending("alice", true);
    world.validator.verdict = Verdict::accepted;
    check_form_again(world.post("verify", "code=123456"), 403, Reason::form_stale, "verify");
    CHECK(world.validator.verified.empty());
    world.be_pending("bob", false);
    check_form_again(world.post("enroll", "code=123456"), 403, Reason::form_stale, "enroll");
    CHECK(world.validator.confirmed.empty());
    world.be_verified("alice");
    check_form_again(world.post("logout", ""), 403, Reason::form_stale, "logout");
    CHECK(world.sessions.revoked.empty());
}

TEST(a_wrong_password_shows_the_form_again_and_leaves_the_session) {
    World world;
    world.be_verified("bob");
    const auto outcome = world.post("login", "username=alice&password=wrong");
    check_form_again(outcome, 401, Reason::wrong_password, "login");
    CHECK_EQUAL(value_on(outcome, "username"), "alice");
    CHECK_EQUAL(outcome.user, "alice");
    CHECK(!outcome.session);
    CHECK(world.sessions.revoked.empty());
    CHECK_EQUAL(world.session->user, "bob");
}

TEST(R86_before_the_password_is_right_every_name_gets_the_same_answer) {
    for (const std::string_view name : {"alice", "bob", "carol", "dave", "mallory", "", "ALICE"}) {
        const Case at{name};
        World world;
        world.be_anonymous();
        const auto outcome = world.post("login", "username=" + std::string{name} + "&password=wrong");
        check_form_again(outcome, 401, Reason::wrong_password, "login");
        CHECK_EQUAL(world.passwords.checks, 1);
        CHECK_EQUAL(world.accounts.finds, 0);
        CHECK_EQUAL(world.accounts.skips_consumed, 0);
    }
}

TEST(R56_a_sign_in_replaces_the_session_and_revokes_the_old_one) {
    World world;
    world.get("login");
    const auto old = *world.session;
    world.at += seconds{30};
    const auto outcome = world.post("login", "username=alice&password=right&next=/a");
    check_redirect(outcome, "/uzmfa/verify?next=/a", Reason::signed_in);
    CHECK_EQUAL(outcome.user, "alice");
    CHECK(outcome.session.has_value());
    CHECK(outcome.session->id != old.id);
    CHECK_EQUAL(outcome.session->user, "alice");
    CHECK(outcome.session->enrolled);
    CHECK(!outcome.session->external);
    CHECK(!outcome.session->is_verified());
    CHECK_EQUAL(outcome.session->signed_in_at, now + seconds{30});
    CHECK_EQUAL(outcome.session->last_active, now + seconds{30});
    CHECK_EQUAL(outcome.session->verified_at, Moment{});
    CHECK_EQUAL(world.sessions.revoked.size(), 1);
    CHECK(world.sessions.revoked[0].first == old.id);
    CHECK_EQUAL(world.sessions.revoked[0].second, now + seconds{30} + pending_lifetime);
}

TEST(R57_a_verified_session_does_not_pass_its_verification_on_to_the_next_user) {
    World world;
    world.be_verified("bob");
    const auto outcome = world.post("login", "username=alice&password=right");
    CHECK_EQUAL(outcome.location, "/uzmfa/verify");
    CHECK_EQUAL(outcome.session->user, "alice");
    CHECK(!outcome.session->is_verified());
    CHECK(world.sessions.has(SessionId{200}));
}

TEST(a_sign_in_of_the_same_user_asks_for_a_code_again) {
    World world;
    world.be_verified("alice");
    const auto outcome = world.post("login", "username=alice&password=right");
    CHECK_EQUAL(outcome.location, "/uzmfa/verify");
    CHECK(!world.session->is_verified());
}

TEST(whoever_is_not_enrolled_is_led_to_enrollment) {
    World world;
    world.be_anonymous();
    check_redirect(world.post("login", "username=bob&password=right&next=/a"), "/uzmfa/enroll?next=/a", Reason::signed_in);
    CHECK(!world.session->enrolled);
}

TEST(a_right_password_without_a_row_or_with_a_disabled_one_is_refused) {
    World world;
    world.be_anonymous();
    auto outcome = world.post("login", "username=nobody&password=right");
    check_refused(outcome, 403, Reason::not_known);
    CHECK_EQUAL(outcome.user, "nobody");
    outcome = world.post("login", "username=carol&password=right");
    check_refused(outcome, 403, Reason::not_allowed);
    CHECK(world.session->user.empty());
    CHECK(world.sessions.revoked.empty());
}

// --- too many sign-ins ---

constexpr std::string_view alice_here = "alice from 192.0.2.1";

TEST(R27_a_sign_in_is_charged_before_its_password_is_looked_at) {
    World world;
    world.be_anonymous();
    for (int i = 1; i <= 3; ++i) {
        world.post("login", "username=alice&password=wrong");
        CHECK_EQUAL(world.sign_in_limit.failures.at(std::string{alice_here}), i);
    }
    world.sign_in_limit.broken.insert("charge");
    check_refused(world.post("login", "username=alice&password=right"), 503, Reason::unavailable);
    CHECK_EQUAL(world.passwords.checks, 3);
}

TEST(a_right_password_clears_its_own_pair) {
    World world;
    world.be_anonymous();
    world.post("login", "username=alice&password=wrong");
    world.post("login", "username=bob&password=wrong");
    CHECK_EQUAL(world.post("login", "username=alice&password=right").status, 303);
    CHECK_EQUAL(world.sign_in_limit.failures.size(), 1);
    CHECK_EQUAL(world.sign_in_limit.failures.begin()->first, "bob from 192.0.2.1");

    world.be_anonymous();
    world.sign_in_limit.broken.insert("clear");
    check_refused(world.post("login", "username=alice&password=right"), 503, Reason::unavailable);
}

TEST(R86_too_many_sign_ins_are_answered_alike_and_not_looked_at) {
    for (const std::string_view name : {"alice", "bob", "carol", "dave", "mallory", "", "ALICE"}) {
        for (const std::string_view password : {"right", "wrong"}) {
            const Case at{std::string{name} + " " + std::string{password}};
            World world;
            world.be_anonymous();
            world.sign_in_limit.wait = seconds{421};
            const auto outcome =
                world.post("login", "username=" + std::string{name} + "&password=" + std::string{password});
            check_form_again(outcome, 429, Reason::too_many_sign_ins, "login");
            CHECK_EQUAL(outcome.retry_after, seconds{421});
            CHECK_EQUAL(value_on(outcome, "wait_minutes"), "8");
            CHECK_EQUAL(value_on(outcome, "username"), name);
            CHECK_EQUAL(outcome.user, name);
            CHECK(!outcome.session);
            CHECK_EQUAL(world.passwords.checks, 0);
            CHECK_EQUAL(world.accounts.finds, 0);
            CHECK(world.sign_in_limit.failures.empty());
        }
    }
}

TEST(a_form_of_another_session_is_not_charged) {
    World world;
    world.be_anonymous();
    check_form_again(world.request(Verb::post, "login", "csrf=old&username=alice&password=wrong", {}), 403,
                     Reason::form_stale, "login");
    CHECK(world.sign_in_limit.failures.empty());
}

TEST(a_password_that_nobody_could_look_at_is_not_charged) {
    World world;
    world.be_anonymous();
    world.passwords.busy = true;
    auto outcome = world.post("login", "username=alice&password=right");
    check_refused(outcome, 503, Reason::sign_in_busy);
    CHECK_EQUAL(outcome.page->error, "sign_in_busy");
    CHECK_EQUAL(outcome.retry_after, seconds{5});
    CHECK_EQUAL(value_on(outcome, "retry"), "/uzmfa/login");
    CHECK_EQUAL(world.sign_in_limit.failures.at(std::string{alice_here}), 0);

    world.passwords.busy = false;
    world.passwords.broken = true;
    check_refused(world.post("login", "username=alice&password=right"), 503, Reason::unavailable);
    CHECK_EQUAL(world.sign_in_limit.failures.at(std::string{alice_here}), 0);

    world.sign_in_limit.broken.insert("give_back");
    check_refused(world.post("login", "username=alice&password=right"), 503, Reason::unavailable);
}

TEST(R30_wrong_codes_are_no_failed_sign_ins) {
    World world;
    world.be_pending("alice", true);
    for (int i = 0; i < 20; ++i) world.post("verify", "code=123456");
    CHECK_EQUAL(world.validator.verified.size(), 20);
    CHECK(world.sign_in_limit.failures.empty());
    world.sign_in_limit.wait = seconds{60};
    check_form_again(world.post("verify", "code=123456"), 401, Reason::wrong_code, "verify");
}

// --- the skip ---

TEST(R47_a_skip_lets_one_sign_in_pass_without_a_code) {
    World world;
    world.be_anonymous();
    const auto outcome = world.post("login", "username=dave&password=right&next=/a");
    check_redirect(outcome, "/a", Reason::skip_used);
    CHECK(outcome.session->method == Method::skip);
    CHECK_EQUAL(outcome.session->verified_at, Moment{});
    CHECK_EQUAL(world.accounts.skips_consumed, 1);
    CHECK(world.sessions.has(SessionId{200}));

    check_redirect(world.post("login", "username=dave&password=right&next=/a"), "/uzmfa/verify?next=/a", Reason::signed_in);
    CHECK(!world.session->is_verified());
    CHECK_EQUAL(world.accounts.skips_consumed, 1);
}

TEST(R47_of_two_sign_ins_at_once_the_slower_one_needs_a_code) {
    World world;
    world.be_anonymous();
    world.accounts.skip_is_gone = true;
    check_redirect(world.post("login", "username=dave&password=right"), "/uzmfa/verify", Reason::signed_in);
    CHECK(!world.session->is_verified());
}

TEST(not_enrolled_wins_over_a_skip) {
    World world;
    world.be_anonymous();
    world.accounts.rows["dave"].mfa_enrolled = false;
    check_redirect(world.post("login", "username=dave&password=right"), "/uzmfa/enroll", Reason::signed_in);
    world.accounts.rows["dave"].mfa_enrolled = true;
    world.accounts.rows["dave"].mfa_sid = "unknown";
    check_redirect(world.post("login", "username=dave&password=right"), "/uzmfa/enroll", Reason::signed_in);
    CHECK_EQUAL(world.accounts.skips_consumed, 0);
}

TEST(R48_neither_a_look_at_a_page_nor_a_wrong_password_consumes_a_skip) {
    World world;
    world.be_pending("dave", true);
    for (const std::string_view page : {"login", "enroll", "enroll/qr.svg", "verify", "logout"}) {
        world.get(page);
        world.request(Verb::head, page, {}, {});
    }
    world.post("verify", "code=123456");
    world.post("login", "username=dave&password=wrong");
    CHECK_EQUAL(world.accounts.skips_consumed, 0);
}

TEST(R48_a_session_of_the_own_sign_in_has_no_skip_button_and_its_POST_consumes_none) {
    World world;
    world.be_pending("dave", true);
    CHECK_EQUAL(value_on(world.get("verify"), "skip"), "");
    check_form_again(world.post("verify", "skip=1"), 401, Reason::skip_gone, "verify");
    CHECK_EQUAL(world.accounts.skips_consumed, 0);
    CHECK(!world.session->is_verified());
}

TEST(R48_under_another_AuthType_a_skip_is_taken_by_the_button) {
    World world;
    world.be_external("dave");
    CHECK_EQUAL(value_on(world.get("verify"), "skip"), "1");
    CHECK_EQUAL(world.accounts.skips_consumed, 0);
    const auto before = *world.session;
    const auto outcome = world.post("verify", "skip=1&next=/a");
    check_redirect(outcome, "/a", Reason::skip_used);
    CHECK(outcome.session->method == Method::skip);
    CHECK(outcome.session->external);
    CHECK(outcome.session->id != before.id);
    CHECK_EQUAL(outcome.session->verified_at, Moment{});
    CHECK(world.sessions.has(before.id));
    CHECK_EQUAL(world.accounts.skips_consumed, 1);
    CHECK(world.validator.verified.empty());

    world.sessions.revoked.clear();
    world.be_external("dave");
    CHECK_EQUAL(value_on(world.get("verify"), "skip"), "");
    check_form_again(world.post("verify", "skip=1"), 401, Reason::skip_gone, "verify");
    CHECK_EQUAL(world.accounts.skips_consumed, 1);
}

TEST(R34_the_pages_of_a_session_are_not_for_whom_another_AuthType_names) {
    World world;
    world.be_external("dave");
    const auto answered = [&](const char* user, std::string_view page, Verb verb = Verb::get) {
        world.named_user = user;
        return world.request(verb, page, {}, "next=/a");
    };
    for (const auto page : {"enroll", "enroll/qr.svg", "verify", "recovery", "account", "admin"}) {
        const auto outcome = answered("erin", page);
        CHECK_EQUAL(outcome.status, 403);
        CHECK(outcome.reason == Reason::other_user && !outcome.session);
        CHECK_EQUAL(value_on(outcome, "retry"), "/a");
        CHECK(answered("dave", page).reason != Reason::other_user);
        CHECK(answered("", page).reason != Reason::other_user);
    }
    CHECK(answered("erin", "verify", Verb::post).reason == Reason::other_user);
    for (const auto page : {"login", "logout"}) CHECK_EQUAL(answered("erin", page).status, 200);
}

// Its place takes it, and no page here could begin it anew.
TEST(R80_under_another_AuthType_the_own_pages_shorter_limits_end_no_session) {
    for (const bool external : {true, false}) {
        World world;
        if (external) world.be_external("alice");
        else world.be_pending("alice", true);
        world.session->method = Method::totp;
        world.session->verified_at = world.session->signed_in_at;
        world.session->verify_again = true;
        world.session->last_active = world.at - Policy{}.limits().idle_timeout - seconds{1};
        world.site.longest.idle_timeout = Policy{}.limits().idle_timeout;
        CHECK_EQUAL(world.get("verify").status, 303);
        world.site.longest.idle_timeout = 2 * Policy{}.limits().idle_timeout;
        CHECK_EQUAL(world.get("verify").status, external ? 200 : 303);
    }
}

TEST(R79_the_end_of_a_way_in_a_window_is_for_anybody_and_says_nothing_of_them) {
    World world;
    const auto check_end = [&] {
        const auto outcome = world.get("done", "next=/a");
        CHECK_EQUAL(outcome.status, 200);
        CHECK_EQUAL(outcome.page->name, "done");
        CHECK(outcome.page->values.empty() && outcome.page->lists.empty() && !outcome.session && !outcome.drop_session);
    };
    check_end();
    world.be_pending("alice", true);
    check_end();
    world.validator.verdict = Verdict::accepted;
    check_redirect(world.post("verify", "code=123456&next=/uzmfa/done"), "/uzmfa/done", Reason::code_accepted);
    check_end();
    world.be_external("dave");
    world.named_user = "erin";
    check_end();
    CHECK_EQUAL(world.accounts.skips_consumed, 0);
}

TEST(a_skip_that_was_taken_meanwhile_leads_to_the_code) {
    World world;
    world.be_external("dave");
    world.accounts.skip_is_gone = true;
    const auto outcome = world.post("verify", "skip=1");
    check_form_again(outcome, 401, Reason::skip_gone, "verify");
    CHECK_EQUAL(value_on(outcome, "skip"), "");
    CHECK(!outcome.session);
}

TEST(R49_a_skip_is_no_second_verification) {
    World world;
    world.be({.user = *UserName::of("dave"), .enrolled = true, .external = true, .verify_again = true, .method = Method::totp,
              .verified_at = world.at - seconds{5}});
    check_form_again(world.post("verify", "skip=1"), 401, Reason::skip_gone, "verify");
    CHECK_EQUAL(world.accounts.skips_consumed, 0);
    CHECK(world.session->verify_again);
}

TEST(R69_a_skip_without_the_token_is_refused) {
    World world;
    world.be_external("dave");
    check_form_again(world.request(Verb::post, "verify", "skip=1", {}), 403, Reason::form_stale, "verify");
    CHECK_EQUAL(world.accounts.skips_consumed, 0);
}

// --- enrollment ---

TEST(R107_the_enrollment_page_shows_a_secret_for_the_uuid_that_the_sign_in_gave) {
    World world;
    world.be_pending("bob", false);
    const auto outcome = world.get("enroll");
    CHECK_EQUAL(outcome.status, 200);
    CHECK_EQUAL(value_on(outcome, "secret"), "SECRET1");
    CHECK_EQUAL(value_on(outcome, "otpauth"), "otpauth://totp/x?secret=SECRET1");
    CHECK_EQUAL(value_on(outcome, "user"), "bob");
    CHECK_EQUAL(value_on(outcome, "csrf"), "token200");
    CHECK_EQUAL(world.accounts.uuids_given, 1);
    CHECK_EQUAL(world.validator.uuid_seen, "00000000-0000-4000-8000-00000000000a");
    CHECK_EQUAL(value_on(world.get("enroll"), "secret"), "SECRET1");
    CHECK_EQUAL(world.accounts.uuids_given, 1);
}

TEST(the_qr_code_is_there_only_once_the_page_was_shown) {
    World world;
    world.be_pending("bob", false);
    check_refused(world.get("enroll/qr.svg"), 404, Reason::not_found);
    CHECK_EQUAL(world.validator.secrets_made, 0);
    world.get("enroll");
    const auto outcome = world.get("enroll/qr.svg");
    CHECK_EQUAL(outcome.page->name, "qr");
    CHECK_EQUAL(value_on(outcome, "otpauth"), "otpauth://totp/x?secret=SECRET1");
}

TEST(a_right_first_code_enrolls_and_verifies_in_one_step) {
    World world;
    world.be_pending("bob", false);
    const auto before = *world.session;
    world.validator.verdict = Verdict::accepted;
    const auto outcome = world.post("enroll", "code=123+456&next=/a");
    check_redirect(outcome, "/a", Reason::enrolled);
    CHECK_EQUAL(outcome.user, "bob");
    CHECK(outcome.session->method == Method::totp);
    CHECK(outcome.session->enrolled);
    CHECK_EQUAL(outcome.session->verified_at, now);
    CHECK_EQUAL(outcome.session->signed_in_at, before.signed_in_at);
    CHECK(outcome.session->id != before.id);
    CHECK_EQUAL(world.sessions.revoked.size(), 1);
    CHECK(world.sessions.revoked[0].first == before.id);
    CHECK_EQUAL(world.sessions.revoked[0].second, before.signed_in_at + world.policy.max_age);
    CHECK_EQUAL(world.validator.confirmed, std::vector<std::string>{"123456"});
    CHECK_EQUAL(world.validator.address_seen, "192.0.2.1");
    CHECK_EQUAL(world.validator.uuid_seen, "00000000-0000-4000-8000-00000000000a");
}

TEST(each_verdict_on_a_first_code_is_told) {
    struct Row {
        Verdict verdict;
        Reason reason;
        std::string_view secret;
    };
    for (const auto& [verdict, reason, secret] : {Row{Verdict::wrong, Reason::wrong_code, "SECRET1"},
                                                  Row{Verdict::replayed, Reason::wrong_code, "SECRET1"},
                                                  Row{Verdict::secret_spent, Reason::new_secret, "SECRET2"},
                                                  Row{Verdict::expired, Reason::enrollment_expired, "SECRET2"}}) {
        const Case at{name_of(reason)};
        World world;
        world.be_pending("bob", false);
        world.get("enroll");
        world.validator.verdict = verdict;
        const auto outcome = world.post("enroll", "code=123456");
        check_form_again(outcome, 401, reason, "enroll");
        CHECK_EQUAL(outcome.user, "bob");
        CHECK_EQUAL(value_on(outcome, "secret"), secret);
        CHECK(!outcome.session);
        CHECK(world.sessions.revoked.empty());
    }
}

TEST(a_first_code_that_must_wait_is_429_and_says_how_long) {
    World world;
    world.be_pending("bob", false);
    world.get("enroll");
    world.validator.verdict = Verdict::wait;
    world.validator.wait = seconds{15};
    const auto outcome = world.post("enroll", "code=123456");
    check_form_again(outcome, 429, Reason::too_many_codes, "enroll");
    CHECK_EQUAL(value_on(outcome, "secret"), "SECRET1");
    CHECK_EQUAL(value_on(outcome, "wait_seconds"), "15");
    CHECK_EQUAL(outcome.retry_after, seconds{15});
}

// Answered as a wrong one, and nothing for the user's list of what happened.
void check_no_code(const Outcome& outcome, std::string_view page) {
    CHECK_EQUAL(outcome.status, 401);
    CHECK_EQUAL(outcome.reason, Reason::not_a_code);
    CHECK_EQUAL(outcome.page->name, page);
    CHECK_EQUAL(outcome.page->error, "wrong_code");
}

TEST(R19_an_ill_formed_code_reaches_no_validator) {
    for (const std::string_view code : {"", "12345", "1234567", "12345a", "abcdef", "%EF%BC%91"}) {
        const Case at{code};
        World world;
        world.validator.verdict = Verdict::accepted;
        world.be_pending("bob", false);
        check_no_code(world.post("enroll", "code=" + std::string{code}), "enroll");
        CHECK(world.validator.confirmed.empty());
        world.be_pending("alice", true);
        check_no_code(world.post("verify", "code=" + std::string{code}), "verify");
        CHECK(world.validator.verified.empty());
    }
}

TEST(the_number_of_digits_is_the_sites_at_enrollment_and_the_factors_at_verification) {
    World world;
    world.validator.verdict = Verdict::accepted;
    world.site.totp_digits = 8;
    world.be_pending("bob", false);
    CHECK_EQUAL(world.post("enroll", "code=123456").status, 401);
    CHECK_EQUAL(world.post("enroll", "code=12345678").status, 303);
    world.be_pending("alice", true);
    CHECK_EQUAL(value_on(world.get("verify"), "digits"), "6");
    CHECK_EQUAL(world.post("verify", "code=12345678").status, 401);
    CHECK_EQUAL(world.post("verify", "code=123456").status, 303);
}

TEST(R69_a_first_code_without_the_token_is_not_checked) {
    World world;
    world.validator.verdict = Verdict::accepted;
    world.be_pending("bob", false);
    check_form_again(world.request(Verb::post, "enroll", "csrf=token1&code=123456", {}), 403, Reason::form_stale, "enroll");
    CHECK(world.validator.confirmed.empty());
}

// --- verification ---

TEST(a_right_code_verifies_the_session) {
    World world;
    world.be_pending("alice", true);
    const auto before = *world.session;
    world.validator.verdict = Verdict::accepted;
    const auto outcome = world.post("verify", "code=%EF%BC%91%EF%BC%92%EF%BC%93-456&next=/a");
    check_redirect(outcome, "/a", Reason::code_accepted);
    CHECK_EQUAL(outcome.user, "alice");
    CHECK(outcome.session->method == Method::totp);
    CHECK_EQUAL(outcome.session->verified_at, now);
    CHECK_EQUAL(outcome.session->signed_in_at, before.signed_in_at);
    CHECK(outcome.session->id != before.id);
    CHECK(world.sessions.has(before.id));
    CHECK_EQUAL(world.validator.verified, std::vector<std::string>{"123456"});
}

TEST(an_external_session_stays_external_when_it_is_verified) {
    World world;
    world.be_external("alice");
    world.validator.verdict = Verdict::accepted;
    CHECK_EQUAL(world.post("verify", "code=123456").status, 303);
    CHECK(world.session->external);
    CHECK(world.session->is_verified());
}

TEST(R21_a_wrong_code_and_a_used_one_are_told_apart) {
    World world;
    world.be_pending("alice", true);
    for (const auto& [verdict, reason] : {std::pair{Verdict::wrong, Reason::wrong_code},
                                          {Verdict::replayed, Reason::code_used},
                                          {Verdict::expired, Reason::wrong_code},
                                          {Verdict::secret_spent, Reason::wrong_code}}) {
        world.validator.verdict = verdict;
        const auto outcome = world.post("verify", "code=123456");
        check_form_again(outcome, 401, reason, "verify");
        CHECK_EQUAL(outcome.user, "alice");
        CHECK(!outcome.session);
    }
    CHECK(world.sessions.revoked.empty());
}

TEST(a_code_that_must_wait_is_429_and_says_how_long) {
    World world;
    world.be_pending("alice", true);
    world.validator.verdict = Verdict::wait;
    world.validator.wait = seconds{90};
    const auto outcome = world.post("verify", "code=123456");
    check_form_again(outcome, 429, Reason::too_many_codes, "verify");
    CHECK_EQUAL(outcome.retry_after, seconds{90});
    CHECK_EQUAL(value_on(outcome, "wait_seconds"), "90");
    CHECK(!outcome.session);
}

TEST(a_factor_that_the_provider_has_lost_leads_to_enrollment) {
    World world;
    world.be_pending("alice", true);
    world.validator.verdict = Verdict::factor_gone;
    // As the validator leaves the row.
    world.validator.on_check = [&] { world.accounts.add(account_named("alice")); };
    const auto outcome = world.post("verify", "code=123456");
    check_form_again(outcome, 401, Reason::factor_gone, "enroll");
    CHECK(still_stands(*world.session, *VALUE(world.sessions.row_of("alice", world.session->id))));
    world.be_verified("alice");
    world.session->verify_again = true;
    world.accounts.add(enrolled_account("alice"));
    CHECK(!world.post("verify", "code=123456").session);
}

TEST(R10_a_code_that_another_request_has_spent_is_refused) {
    World world;
    world.be_pending("alice", true);
    world.validator.verdict = Verdict::accepted;
    world.validator.spends = false;
    check_form_again(world.post("verify", "code=123456"), 401, Reason::code_used, "verify");
}

TEST(R69_a_code_without_the_token_is_not_checked) {
    World world;
    world.validator.verdict = Verdict::accepted;
    world.be_pending("alice", true);
    check_form_again(world.request(Verb::post, "verify", "code=123456", {}), 403, Reason::form_stale, "verify");
    CHECK(world.validator.verified.empty());
    CHECK(!world.session->is_verified());
}

TEST(R70_a_look_never_checks_a_code_that_stands_in_the_query) {
    World world;
    world.validator.verdict = Verdict::accepted;
    world.be_pending("alice", true);
    CHECK_EQUAL(world.get("verify", "code=123456&csrf=token200").status, 200);
    CHECK_EQUAL(world.request(Verb::post, "verify", "csrf=token200", "code=123456").status, 401);
    CHECK(world.validator.verified.empty());
}

TEST(R89_the_page_shows_what_happened_since_the_user_was_last_here) {
    World world;
    world.be_pending("alice", true);
    CHECK_EQUAL(value_on(world.get("verify"), "has_events"), "");
    world.account_events.events = {{now, "wrong_code", "192.0.2.66", "Browser/1"}};
    const std::vector<Page::Values> events{
        {{"at", "2023-11-14 22:13:20 UTC"}, {"address", "192.0.2.66"}, {"browser", "Browser/1"}, {"event", "wrong_code"}}};
    const auto outcome = world.get("verify");
    CHECK_EQUAL(value_on(outcome, "has_events"), "1");
    CHECK(list_on(outcome, "events") == events);
}

TEST(nobody_is_kept_out_where_what_happened_cannot_be_told) {
    World world;
    world.be_pending("alice", true);
    world.account_events.broken = true;
    CHECK_EQUAL(world.get("verify").status, 200);
    check_form_again(world.post("verify", "code=123456"), 401, Reason::wrong_code, "verify");
    world.validator.verdict = Verdict::accepted;
    check_redirect(world.post("verify", "code=123456"), "/", Reason::code_accepted);
}

TEST(R80_ten_tabs_need_one_code_and_reach_their_own_pages) {
    World world;
    world.be_pending("alice", true);
    world.validator.verdict = Verdict::accepted;
    for (int tab = 0; tab < 10; ++tab) {
        const auto next = "/tab" + std::to_string(tab);
        const auto outcome = world.request(Verb::post, "verify", "csrf=token200&code=123456&next=" + next, {});
        CHECK_EQUAL(outcome.status, 303);
        CHECK_EQUAL(outcome.location, next);
    }
    CHECK_EQUAL(world.validator.verified.size(), 1);
}

// --- wrong codes in a row ---

TEST(R23_a_code_is_charged_before_it_is_looked_at) {
    World world;
    world.be_pending("alice", true);
    int charged = 0;
    world.validator.on_check = [&] { charged = world.attempts.of(AttemptKind::code); };
    world.post("verify", "code=123456");
    CHECK_EQUAL(charged, 1);
    world.attempts.broken.insert("charge");
    check_refused(world.post("verify", "code=123456"), 503, Reason::unavailable);
    CHECK_EQUAL(world.validator.verified.size(), 1);
}

TEST(R22_a_code_that_must_wait_reaches_no_validator) {
    World world;
    world.be_pending("alice", true);
    world.validator.verdict = Verdict::accepted;
    world.attempts.answer = {.answer = Charge::Answer::wait, .wait = seconds{30}};
    const auto outcome = world.post("verify", "code=123456");
    check_form_again(outcome, 429, Reason::too_many_codes, "verify");
    CHECK_EQUAL(outcome.retry_after, seconds{30});
    CHECK(world.validator.verified.empty());
    CHECK(!outcome.session);
}

TEST(R25_a_closed_factor_takes_no_code_and_offers_recovery) {
    World world;
    world.be_pending("alice", true);
    world.validator.verdict = Verdict::accepted;
    world.attempts.answer = {.answer = Charge::Answer::closed};
    check_form_again(world.post("verify", "code=123456"), 403, Reason::factor_closed, "recovery");
    CHECK(world.validator.verified.empty());
}

TEST(R25_the_wrong_code_that_closes_the_factor_says_so_in_the_log) {
    World world;
    for (const auto& [failures, detail] : {std::pair{1, "1 in a row"}, {5, "5 in a row, a wait begins"},
                                           {100, "100 in a row, none is looked at any more"}}) {
        world.be_pending("alice", true);
        world.attempts.answer.failures = failures;
        CHECK_EQUAL(world.post("verify", "code=123456").detail, detail);
    }
}

TEST(R26_a_right_code_clears_the_count_and_a_wrong_one_does_not) {
    World world;
    world.be_pending("alice", true);
    world.post("verify", "code=123456");
    world.post("verify", "code=123456");
    CHECK_EQUAL(world.attempts.of(AttemptKind::code), 2);
    world.validator.verdict = Verdict::accepted;
    world.post("verify", "code=123456");
    CHECK_EQUAL(world.attempts.of(AttemptKind::code), 0);
}

TEST(an_ill_formed_code_is_not_charged) {
    World world;
    world.be_pending("alice", true);
    for (const std::string_view code : {"", "12345", "1234567", "abcdef"}) {
        check_no_code(world.post("verify", "code=" + std::string{code}), "verify");
    }
    CHECK_EQUAL(world.post("recovery", "code=nothing").reason, Reason::not_a_code);
    CHECK(world.attempts.failures.empty());
}

TEST(R83_a_code_that_was_not_looked_at_is_given_back) {
    using Change = void (*)(World&);
    for (const Change change : {Change{[](World& w) { w.validator.broken = {"check"}; }},
                                Change{[](World& w) { w.validator.verdict = Verdict::wait; }},
                                Change{[](World& w) { w.validator.verdict = Verdict::factor_gone; }}}) {
        World world;
        world.be_pending("alice", true);
        change(world);
        world.post("verify", "code=123456");
        CHECK_EQUAL(world.attempts.refunds, 1);
        CHECK_EQUAL(world.attempts.of(AttemptKind::code), 0);
    }
}

// --- recovery ---

TEST(R44_a_recovery_code_verifies_once_and_tells_how_many_are_left) {
    World world;
    world.recovery_codes.codes = {"RECOVERY-a", "RECOVERY-b"};
    world.be_pending("alice", true);
    const auto outcome = world.post("recovery", "code=RECOVERY-a&next=/a");
    check_redirect(outcome, "/uzmfa/account?next=/a&done=recovery_used", Reason::recovery_used);
    CHECK_EQUAL(outcome.detail, "1 left");
    CHECK(outcome.session->method == Method::recovery);
    CHECK_EQUAL(outcome.session->verified_at, world.at);
    CHECK(!outcome.session->may_bind);
    world.be_pending("alice", true);
    world.session->id[0] = 201;
    check_form_again(world.post("recovery", "code=RECOVERY-a"), 401, Reason::wrong_recovery_code, "recovery");
}

TEST(R29_recovery_codes_are_counted_on_their_own) {
    World world;
    world.be_pending("alice", true);
    world.post("recovery", "code=RECOVERY-x");
    world.post("recovery", "code=TEMPORARY-x");
    CHECK_EQUAL(world.attempts.of(AttemptKind::recovery), 2);
    CHECK_EQUAL(world.attempts.of(AttemptKind::code), 0);
    world.attempts.answer = {.answer = Charge::Answer::wait, .wait = seconds{30}};
    check_form_again(world.post("recovery", "code=RECOVERY-x"), 429, Reason::too_many_recovery_codes, "recovery");
    world.attempts.answer = {.answer = Charge::Answer::closed};
    check_form_again(world.post("recovery", "code=RECOVERY-x"), 403, Reason::recovery_closed, "recovery");
}

TEST(R25_with_a_closed_factor_a_recovery_code_leads_to_a_new_one_and_nowhere_else) {
    World world;
    world.recovery_codes.codes = {"RECOVERY-a"};
    world.attempts.closed = {AttemptKind::code};
    world.be_pending("alice", true);
    const auto outcome = world.post("recovery", "code=RECOVERY-a&next=/a");
    check_redirect(outcome, "/uzmfa/enroll?next=/a", Reason::recovery_used);
    CHECK(!outcome.session->is_verified());
    check_redirect(world.get("verify"), "/uzmfa/enroll", Reason::step_not_due);
    CHECK_EQUAL(world.get("enroll").status, 200);
    world.validator.verdict = Verdict::accepted;
    const auto bound = world.post("enroll", "code=123456");
    CHECK_EQUAL(bound.reason, Reason::enrolled);
    CHECK(bound.session->is_verified());
    CHECK(!bound.session->may_bind);
}

TEST(R53_a_temporary_code_verifies_and_changes_no_factor) {
    World world;
    world.temporary_codes.code = "TEMPORARY-a";
    world.be_pending("alice", true);
    const auto outcome = world.post("recovery", "code=TEMPORARY-a&next=/a");
    check_redirect(outcome, "/a", Reason::temporary_used);
    CHECK(outcome.session->method == Method::temporary);
    CHECK(!outcome.session->may_bind);
}

TEST(R25_a_temporary_code_does_not_pass_a_closed_factor_and_is_not_spent) {
    World world;
    world.temporary_codes.code = "TEMPORARY-a";
    world.attempts.closed = {AttemptKind::code};
    world.be_pending("alice", true);
    check_form_again(world.post("recovery", "code=TEMPORARY-a"), 403, Reason::factor_closed, "recovery");
    CHECK(world.temporary_codes.code.has_value());
}

TEST(where_enrolling_needs_a_code_the_password_alone_shows_no_secret) {
    World world;
    world.site.enrollment = EnrollmentRule::code;
    world.be_pending("bob", false);
    for (const auto page : {"enroll", "enroll/qr.svg", "verify"}) {
        check_redirect(world.get(page), "/uzmfa/recovery", Reason::step_not_due);
    }
    check_redirect(world.post("enroll", "code=123456"), "/uzmfa/recovery", Reason::step_not_due);
    CHECK_EQUAL(world.validator.secrets_made, 0);
    world.temporary_codes.code = "TEMPORARY-a";
    check_form_again(world.post("recovery", "code=TEMPORARY-b"), 401, Reason::wrong_recovery_code, "recovery");
    check_redirect(world.post("recovery", "code=TEMPORARY-a&next=/a"), "/uzmfa/enroll?next=/a", Reason::temporary_used);
    CHECK_EQUAL(world.get("enroll").status, 200);
}

TEST(where_enrolling_needs_a_code_a_recovery_code_is_none_and_a_closed_factor_is_no_hindrance) {
    World world;
    world.site.enrollment = EnrollmentRule::code;
    world.be_anonymous();
    check_redirect(world.post("login", "username=bob&password=right&next=/a"), "/uzmfa/recovery?next=/a", Reason::signed_in);
    CHECK_EQUAL(value_on(world.get("recovery"), "enrolling"), "1");
    world.recovery_codes.codes = {"RECOVERY-a"};
    check_form_again(world.post("recovery", "code=RECOVERY-a"), 401, Reason::wrong_recovery_code, "recovery");
    CHECK_EQUAL(world.recovery_codes.codes.size(), 1);
    world.attempts.closed = {AttemptKind::code};
    world.temporary_codes.code = "TEMPORARY-a";
    check_redirect(world.post("recovery", "code=TEMPORARY-a&next=/a"), "/uzmfa/enroll?next=/a", Reason::temporary_used);
}

TEST(R69_a_recovery_code_without_the_token_is_not_spent) {
    World world;
    world.recovery_codes.codes = {"RECOVERY-a"};
    world.be_pending("alice", true);
    const auto outcome = world.request(Verb::post, "recovery", "csrf=foreign&code=RECOVERY-a", {});
    check_form_again(outcome, 403, Reason::form_stale, "recovery");
    CHECK_EQUAL(world.recovery_codes.codes.size(), 1);
    CHECK_EQUAL(world.attempts.of(AttemptKind::recovery), 0);
}

TEST(the_recovery_page_is_for_whom_it_is_due_only) {
    World world;
    world.be_verified("alice");
    check_redirect(world.get("recovery", "next=/a"), "/a", Reason::step_passed);
    check_redirect(world.post("recovery", "code=RECOVERY-a&next=/a"), "/a", Reason::step_passed);
    world.be_pending("bob", false);
    check_redirect(world.get("recovery"), "/uzmfa/enroll", Reason::step_not_due);
    CHECK_EQUAL(world.attempts.of(AttemptKind::recovery), 0);
}

TEST(R35_whose_factor_closes_behind_the_sign_in_verifies_again_by_a_recovery_code_and_binds_nothing_by_it) {
    World world;
    world.recovery_codes.codes = {"RECOVERY-a"};
    world.attempts.closed = {AttemptKind::code};
    world.be_verified("alice");
    world.session->verify_again = true;
    CHECK_EQUAL(value_on(world.get("recovery"), "is_pending"), "");
    const auto outcome = world.post("recovery", "code=RECOVERY-a&next=/a");
    check_redirect(outcome, "/uzmfa/account?next=/a&done=recovery_used", Reason::recovery_used);
    CHECK(!outcome.session->may_bind);
    CHECK(!outcome.session->verify_again);
}

TEST(a_way_that_leads_to_the_account_page_is_not_put_into_that_pages_address) {
    for (const auto& [next, way] : {std::pair{"/uzmfa/account", "/uzmfa/account?done=recovery_used"},
                                    {"/uzmfa/account%3Fnext%3D/a", "/uzmfa/account?next=/a&done=recovery_used"}}) {
        const Case at{next};
        World world;
        world.recovery_codes.codes = {"RECOVERY-a"};
        world.be_pending("alice", true);
        check_redirect(world.post("recovery", "code=RECOVERY-a&next=" + std::string{next}), way, Reason::recovery_used);
    }
}

TEST(R46_a_recovery_code_is_worth_nothing_without_the_first_factor) {
    World world;
    world.recovery_codes.codes = {"RECOVERY-a"};
    world.be_anonymous();
    check_redirect(world.post("recovery", "code=RECOVERY-a"), "/uzmfa/login", Reason::step_not_due);
    CHECK_EQUAL(world.recovery_codes.codes.size(), 1);
}

TEST(R44_an_enrollment_shows_new_recovery_codes_with_a_token_of_the_new_session) {
    World world;
    world.site.recovery_codes = 3;
    world.recovery_codes.codes = {"RECOVERY-old"};
    world.be_pending("bob", false);
    world.validator.verdict = Verdict::accepted;
    const auto outcome = world.post("enroll", "code=123456&next=/a");
    CHECK_EQUAL(outcome.status, 200);
    CHECK_EQUAL(outcome.page->name, "recovery_codes");
    CHECK_EQUAL(value_on(outcome, "recovery_codes"), "RECOVERY-1\nRECOVERY-2\nRECOVERY-3\n");
    CHECK_EQUAL(value_on(outcome, "continue"), "/a");
    CHECK_EQUAL(value_on(outcome, "csrf"), world.tokens.form_token(outcome.session->id));
    CHECK(world.recovery_codes.codes == (std::set<std::string, std::less<>>{"RECOVERY-1", "RECOVERY-2", "RECOVERY-3"}));
}

// --- step-up ---

TEST(R7_a_session_that_is_to_verify_again_is_asked_and_gets_a_new_id) {
    World world;
    world.be_verified("alice");
    world.session->verify_again = true;
    CHECK_EQUAL(world.get("verify", "next=/a").status, 200);
    check_redirect(world.get("enroll"), "/uzmfa/verify", Reason::step_not_due);
    const auto before = *world.session;
    world.validator.verdict = Verdict::accepted;
    const auto outcome = world.post("verify", "code=123456&next=/a");
    check_redirect(outcome, "/a", Reason::code_accepted);
    CHECK(!outcome.session->verify_again);
    CHECK_EQUAL(outcome.session->verified_at, world.at);
    CHECK(world.sessions.has(before.id));
}

// --- sign-out ---

TEST(R61_a_sign_out_drops_and_revokes_the_session) {
    for (const bool verified : {true, false}) {
        World world;
        if (verified) world.be_verified("alice");
        else world.be_pending("alice", true);
        const auto before = *world.session;
        const auto outcome = world.post("logout", "");
        check_redirect(outcome, "/uzmfa/login", Reason::signed_out);
        CHECK(outcome.drop_session);
        CHECK(!outcome.session);
        CHECK_EQUAL(outcome.user, "alice");
        CHECK_EQUAL(world.sessions.revoked.size(), 1);
        CHECK(world.sessions.revoked[0].first == before.id);
        CHECK_EQUAL(world.sessions.revoked[0].second, before.signed_in_at + world.policy.max_age);
    }
}

TEST(R69_a_sign_out_without_the_token_shows_the_button) {
    World world;
    world.be_verified("alice");
    check_form_again(world.request(Verb::post, "logout", "csrf=foreign", {}), 403, Reason::form_stale, "logout");
    CHECK(world.session.has_value());
    CHECK(world.sessions.revoked.empty());
}

TEST(a_sign_out_of_nobody_leads_to_the_sign_in) {
    World world;
    check_redirect(world.post("logout", "next=/a"), "/uzmfa/login?next=/a", Reason::step_not_due);
    world.be_anonymous();
    check_redirect(world.post("logout", ""), "/uzmfa/login", Reason::step_not_due);
    CHECK(world.sessions.revoked.empty());
}

// --- a session that was replaced ---

TEST(R69_a_button_that_was_pressed_twice_leads_where_the_first_press_did) {
    World world;
    world.be_verified("alice");
    world.revoked = true;
    check_redirect(world.post("verify", "code=123456&next=/a"), "/a", Reason::step_passed);
    check_redirect(world.post("account", "action=end-others&next=/a"), "/uzmfa/account?next=/a", Reason::step_passed);
    check_redirect(world.post("logout", "next=/a"), "/uzmfa/login?next=/a", Reason::step_not_due);
    CHECK(world.validator.verified.empty());
    CHECK(world.sessions.ended.empty());
}

TEST(R69_a_step_of_a_session_that_was_replaced_meanwhile_leads_on) {
    World world;
    world.be_verified("alice");
    world.sessions.revoked.emplace_back(world.session->id, now);
    const auto outcome = world.post("verify", "code=123456&next=/a");
    check_redirect(outcome, "/a", Reason::step_passed);
    CHECK(!outcome.session);
    CHECK(world.validator.verified.empty());
}

// --- services that fail ---

TEST(R84_a_service_that_fails_is_503_and_nothing_is_accepted) {
    struct Row {
        std::string_view name;
        void (*prepare)(World&);
        Outcome (*act)(World&);
    };
    const auto sign_in = [](World& world) { return world.post("login", "username=alice&password=right"); };
    const auto sign_in_dave = [](World& world) { return world.post("login", "username=dave&password=right"); };
    const auto verify = [](World& world) { return world.post("verify", "code=123456"); };
    const auto skip = [](World& world) { return world.post("verify", "skip=1"); };
    const auto enroll = [](World& world) { return world.post("enroll", "code=123456"); };
    const auto log_out = [](World& world) { return world.post("logout", ""); };
    const auto recover = [](World& world) { return world.post("recovery", "code=RECOVERY-a"); };
    const auto use_temporary = [](World& world) { return world.post("recovery", "code=TEMPORARY-a"); };
    const auto drop_form = [](World& world) { return world.post("kept", ""); };
    const Row table[] = {
        {"password", [](World& w) { w.be_anonymous(); w.passwords.broken = true; }, sign_in},
        {"sign-in, find", [](World& w) { w.be_anonymous(); w.accounts.broken = {"find"}; }, sign_in},
        {"sign-in, factor", [](World& w) { w.be_anonymous(); w.validator.broken = {"code_digits"}; }, sign_in},
        {"sign-in, revoke", [](World& w) { w.be_anonymous(); w.sessions.broken.insert("revoke"); }, sign_in},
        {"sign-in, uuid", [](World& w) { w.be_anonymous(); w.accounts.broken = {"uuid_of_row"}; }, sign_in},
        {"sign-in, row", [](World& w) { w.be_anonymous(); w.sessions.broken.insert("row_of"); }, sign_in},
        {"sign-in, purge", [](World& w) { w.be_anonymous(); w.sessions.broken.insert("purge"); }, sign_in},
        {"sign-in, skip", [](World& w) { w.be_anonymous(); w.accounts.broken = {"consume_skip"}; }, sign_in_dave},
        {"sign-in, skip, revoke", [](World& w) { w.be_anonymous(); w.sessions.broken.insert("revoke"); }, sign_in_dave},
        {"verify, find", [](World& w) { w.be_pending("alice", true); w.accounts.broken = {"find"}; }, verify},
        {"verify, factor", [](World& w) { w.be_pending("alice", true); w.validator.broken = {"code_digits"}; }, verify},
        {"verify, check", [](World& w) { w.be_pending("alice", true); w.validator.broken = {"check"}; }, verify},
        {"verify, revoke", [](World& w) { w.be_pending("alice", true); w.sessions.broken.insert("revoke"); }, verify},
        {"verify, row", [](World& w) { w.be_pending("alice", true); w.sessions.broken.insert("row_of"); }, verify},
        {"verify, note", [](World& w) { w.be_pending("alice", true); w.sessions.broken.insert("note"); }, verify},
        {"skip, consume", [](World& w) { w.be_external("dave"); w.accounts.broken = {"consume_skip"}; }, skip},
        {"skip, revoke", [](World& w) { w.be_external("dave"); w.sessions.broken.insert("revoke"); }, skip},
        {"enroll, find", [](World& w) { w.be_pending("bob", false); w.accounts.broken = {"find"}; }, enroll},
        {"enroll, uuid", [](World& w) { w.be_pending("bob", false); w.accounts.broken = {"own_uuid"}; }, enroll},
        {"enroll, confirm", [](World& w) { w.be_pending("bob", false); w.validator.broken = {"check_enrollment"}; }, enroll},
        {"enroll, revoke", [](World& w) { w.be_pending("bob", false); w.sessions.broken.insert("revoke"); }, enroll},
        {"logout, revoke", [](World& w) { w.be_verified("alice"); w.sessions.broken.insert("revoke"); }, log_out},
        {"look at login", [](World& w) { w.be_pending("bob", false); w.accounts.broken = {"find"}; },
         [](World& w) { return w.get("login"); }},
        {"look at enroll", [](World& w) { w.be_pending("bob", false); w.validator.broken = {"enrollment"}; },
         [](World& w) { return w.get("enroll"); }},
        {"look at qr", [](World& w) { w.be_pending("bob", false); w.validator.broken = {"pending_enrollment"}; },
         [](World& w) { return w.get("enroll/qr.svg"); }},
        {"look at verify", [](World& w) { w.be_pending("alice", true); w.accounts.broken = {"find"}; },
         [](World& w) { return w.get("verify"); }},
        {"look at verify, skip", [](World& w) { w.be_external("dave"); w.accounts.broken = {"has_skip"}; },
         [](World& w) { return w.get("verify"); }},
        {"look at enroll, find", [](World& w) { w.be_pending("bob", false); w.accounts.broken = {"find"}; },
         [](World& w) { return w.get("enroll"); }},
        {"look at enroll, uuid", [](World& w) { w.be_pending("bob", false); w.accounts.broken = {"own_uuid"}; },
         [](World& w) { return w.get("enroll"); }},
        {"look at qr, find", [](World& w) { w.be_pending("bob", false); w.accounts.broken = {"find"}; },
         [](World& w) { return w.get("enroll/qr.svg"); }},
        {"look at recovery", [](World& w) { w.be_pending("alice", true); w.accounts.broken = {"find"}; },
         [](World& w) { return w.get("recovery"); }},
        {"look at kept", [](World& w) { w.be_pending("alice", true); w.accounts.broken = {"find"}; },
         [](World& w) { return w.get("kept"); }},
        {"sign-in behind another tab", [](World& w) { w.be_pending("alice", true); w.accounts.broken = {"find"}; },
         [](World& w) { return w.request(Verb::post, "login", "csrf=old&username=alice&password=right", {}); }},
        {"verify, spend", [](World& w) { w.be_pending("alice", true); w.validator.broken = {"spend"}; }, verify},
        {"verify, clear", [](World& w) { w.be_pending("alice", true); w.attempts.broken = {"clear"}; }, verify},
        {"verify, give back",
         [](World& w) { w.be_pending("alice", true); w.validator.verdict = Verdict::wait; w.attempts.broken = {"refund"}; },
         verify},
        {"verify, wrong",
         [](World& w) { w.be_pending("alice", true); w.validator.verdict = Verdict::wrong; w.sessions.broken = {"is_revoked"}; },
         verify},
        {"verify, no code", [](World& w) { w.be_external("dave"); w.accounts.broken = {"has_skip"}; },
         [](World& w) { return w.post("verify", "code=x"); }},
        {"verify, factor gone, find",
         [](World& w) {
             w.be_pending("alice", true);
             w.validator.verdict = Verdict::factor_gone;
             w.validator.on_check = [&w] { w.accounts.broken = {"find"}; };
         },
         verify},
        {"verify, factor gone, uuid",
         [](World& w) {
             w.be_pending("alice", true);
             w.validator.verdict = Verdict::factor_gone;
             w.validator.on_check = [&w] {
                 w.accounts.rows.at("alice").mfa_enrolled = false;
                 w.accounts.broken = {"own_uuid"};
             };
         },
         verify},
        {"verify, passed already", [](World& w) { w.be_verified("alice"); w.sessions.broken = {"is_revoked"}; }, verify},
        {"recovery, find", [](World& w) { w.be_pending("alice", true); w.accounts.broken = {"find"}; }, recover},
        {"recovery, spend", [](World& w) { w.be_pending("alice", true); w.recovery_codes.broken = {"spend"}; }, recover},
        {"recovery, clear", [](World& w) { w.be_pending("alice", true); w.attempts.broken = {"clear"}; }, recover},
        {"recovery, closed", [](World& w) { w.be_pending("alice", true); w.attempts.broken = {"is_closed"}; }, recover},
        {"temporary code, spend", [](World& w) { w.be_pending("alice", true); w.temporary_codes.broken = true; }, use_temporary},
        {"temporary code, clear", [](World& w) { w.be_pending("alice", true); w.attempts.broken = {"clear"}; }, use_temporary},
        {"temporary code, closed", [](World& w) { w.be_pending("alice", true); w.attempts.broken = {"is_closed"}; },
         use_temporary},
        {"drop a form", [](World& w) { w.be_verified("alice"); w.kept_posts.broken = true; }, drop_form},
        {"drop a form, find", [](World& w) { w.be_pending("alice", true); w.accounts.broken = {"find"}; }, drop_form},
    };
    for (const auto& row : table) {
        const Case at{row.name};
        World world;
        world.validator.verdict = Verdict::accepted;
        world.recovery_codes.codes = {"RECOVERY-a"};
        world.temporary_codes.code = "TEMPORARY-a";
        row.prepare(world);
        const auto before = *world.session;
        const auto outcome = row.act(world);
        check_refused(outcome, 503, Reason::unavailable);
        CHECK_EQUAL(outcome.page->error, "unavailable");
        CHECK_EQUAL(outcome.detail, "the fake is broken");
        CHECK(value_on(outcome, "retry").starts_with("/uzmfa/"));
        CHECK_EQUAL(value_on(outcome, "csrf").empty(), before.user.empty());  // R97: a way out
        CHECK(world.session->id == before.id);
        CHECK_EQUAL(world.session->is_verified(), before.is_verified());
        CHECK(!world.transactions.kept);
    }
}

TEST(a_row_that_fails_at_sign_in_is_logged_with_its_user) {
    for (const auto broken : {"find", "consume_skip"}) {
        const Case at{broken};
        World world;
        world.be_anonymous();
        world.accounts.broken = {broken};
        CHECK_EQUAL(world.post("login", "username=dave&password=right").user, "dave");
    }
}

TEST(a_wrong_code_while_the_new_secret_cannot_be_made_is_503) {
    World world;
    world.be_pending("bob", false);
    world.validator.verdict = Verdict::secret_spent;
    world.validator.broken = {"enrollment"};
    check_refused(world.post("enroll", "code=123456"), 503, Reason::unavailable);
}

// --- the row has changed since the sign-in ---

TEST(R51_a_code_does_not_carry_a_session_over_a_change_of_its_users_row) {
    struct Row {
        std::string_view what;
        void (*change)(World&);
    };
    const Row table[] = {
        {"password", [](World& w) { w.sessions.password = {9}; }},
        {"epoch", [](World& w) { ++w.sessions.epoch; }},
        {"uuid", [](World& w) { w.accounts.rows.at("alice").uuid = "00000000-0000-4000-8000-00000000000f"; }},
    };
    for (const auto& [what, change] : table) {
        const Case at{what};
        World world;
        world.be_pending("alice", true);
        world.validator.verdict = Verdict::accepted;
        change(world);
        const auto outcome = world.post("verify", "code=123456&next=/a");
        check_redirect(outcome, "/uzmfa/login?next=/a", Reason::session_over);
        CHECK(!outcome.session);
        CHECK(world.sessions.revoked.empty());
        CHECK(!world.transactions.kept);
    }
}

TEST(R51_a_row_that_changes_while_its_session_is_replaced_ends_the_session) {
    World world;
    world.be_pending("alice", true);
    world.validator.verdict = Verdict::accepted;
    world.sessions.on_revoke = [&] { world.sessions.password = {9}; };
    const auto outcome = world.post("verify", "code=123456&next=/a");
    check_redirect(outcome, "/uzmfa/login?next=/a", Reason::session_over);
    CHECK(!outcome.session);
    CHECK(!world.transactions.kept);
}

TEST(a_row_that_goes_away_meanwhile_takes_nobody_in) {
    const auto lose_row = [](World& world) { world.accounts.rows.erase("alice"); };
    World signing_in;
    signing_in.be_anonymous();
    signing_in.sessions.on_revoke = [&] { lose_row(signing_in); };
    const auto refused = signing_in.post("login", "username=alice&password=right");
    check_refused(refused, 503, Reason::damaged);
    CHECK_EQUAL(refused.detail, "the user's row is gone");
    CHECK(!signing_in.transactions.kept);

    World verifying;
    verifying.be_pending("alice", true);
    verifying.validator.verdict = Verdict::accepted;
    verifying.validator.on_check = [&] { lose_row(verifying); };
    check_redirect(verifying.post("verify", "code=123456"), "/uzmfa/login", Reason::session_over);
    CHECK(!verifying.session->is_verified());
    CHECK(!verifying.transactions.kept);
}

TEST(R63_a_verified_session_is_kept_for_its_user_to_see) {
    World world;
    world.be_pending("alice", true);
    world.validator.verdict = Verdict::accepted;
    const auto outcome = world.post("verify", "code=123456");
    CHECK_EQUAL(world.sessions.noted.size(), 1);
    CHECK(world.sessions.noted[0].id == outcome.session->id);
    CHECK_EQUAL(world.sessions.address_seen, "192.0.2.1");
}

}  // namespace
}  // namespace uzmfa::test
