// SPDX-License-Identifier: Apache-2.0
#include "core/gate.hpp"
#include "fakes.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

constexpr Moment now = from_unix_time(1'700'000'000);

Session session_with(std::string_view user, bool enrolled, Method method, seconds age = seconds{60}) {
    Session session;
    session.id[0] = 9;
    session.user = *UserName::of(user);
    session.enrolled = enrolled;
    session.method = method;
    session.signed_in_at = now - age;
    session.last_active = now;
    return session;
}

Session external(Session session) {
    session.external = true;
    return session;
}

Session anonymous() {
    Session session;
    session.id[0] = 9;
    session.signed_in_at = session.last_active = now;
    return session;
}

Session idle(Session session) {
    session.last_active = now - seconds{1800};
    return session;
}

// The session is kept by the caller, as the edge keeps it for the length of a request.
Visit visit_with(const std::optional<Session>& session, bool own_sign_in, std::string_view user) {
    Visit visit;
    visit.now = now;
    visit.session = session ? &*session : nullptr;
    visit.own_sign_in = own_sign_in;
    visit.user = user;
    visit.secure = true;
    visit.may_touch = true;
    visit.navigation = true;
    visit.target = "/orders?id=7";
    return visit;
}

// For a session that a test writes within an expression.
const std::optional<Session>& kept(const Session& session) {
    static std::optional<Session> place;
    place = session;
    return place;
}

Policy policy_with(Engine engine) {
    Policy policy;
    policy.engine = engine;
    return policy;
}

struct Expected {
    std::string_view name;
    std::optional<Session> session;
    Reason own[3];    // AuthType Uzmfa: engine off, on, report only
    Reason other[3];  // another AuthType that names alice
};

bool is_pass(Reason reason) {
    return reason == Reason::verified || reason == Reason::signed_in_only || reason == Reason::would_stop;
}

TEST(every_session_under_every_engine_and_either_auth_type) {
    using enum Reason;
    const auto no = Method::none;
    const Expected table[] = {
        {"none", {}, {sign_in_required, sign_in_required, sign_in_required},
         {signed_in_only, sign_in_required, would_stop}},
        {"anonymous", anonymous(), {sign_in_required, sign_in_required, sign_in_required},
         {signed_in_only, sign_in_required, would_stop}},
        {"pending, not enrolled", session_with("alice", false, no), {signed_in_only, enrollment_required, would_stop},
         {signed_in_only, enrollment_required, would_stop}},
        {"pending, enrolled", session_with("alice", true, no), {signed_in_only, verification_required, would_stop},
         {signed_in_only, verification_required, would_stop}},
        {"pending, one second left", session_with("alice", true, no, seconds{599}),
         {signed_in_only, verification_required, would_stop}, {signed_in_only, verification_required, would_stop}},
        {"pending too long", session_with("alice", true, no, seconds{600}), {signed_in_only, sign_in_required, would_stop},
         {signed_in_only, sign_in_required, would_stop}},
        {"verified", session_with("alice", true, Method::totp), {verified, verified, verified},
         {verified, verified, verified}},
        {"skipped", session_with("alice", true, Method::skip), {verified, verified, verified},
         {verified, verified, verified}},
        {"verified but idle", idle(session_with("alice", true, Method::totp)),
         {sign_in_required, sign_in_required, sign_in_required}, {signed_in_only, sign_in_required, would_stop}},
        {"verified but past its lifetime", session_with("alice", true, Method::totp, seconds{8 * 3600}),
         {sign_in_required, sign_in_required, sign_in_required}, {signed_in_only, sign_in_required, would_stop}},
        {"verified, from the future", session_with("alice", true, Method::totp, seconds{-61}),
         {sign_in_required, sign_in_required, sign_in_required}, {signed_in_only, sign_in_required, would_stop}},
        {"of bob, verified", session_with("bob", true, Method::totp), {verified, verified, verified},
         {signed_in_only, sign_in_required, would_stop}},
        {"of Alice, verified", session_with("Alice", true, Method::totp), {verified, verified, verified},
         {signed_in_only, sign_in_required, would_stop}},
        {"external, verified", external(session_with("alice", true, Method::totp)),
         {sign_in_required, sign_in_required, sign_in_required}, {verified, verified, verified}},
        {"external, pending", external(session_with("alice", true, no)),
         {sign_in_required, sign_in_required, sign_in_required}, {signed_in_only, verification_required, would_stop}},
        {"external of bob", external(session_with("bob", true, Method::totp)),
         {sign_in_required, sign_in_required, sign_in_required}, {signed_in_only, sign_in_required, would_stop}},
    };
    const Engine engines[] = {Engine::off, Engine::on, Engine::report_only};
    for (const auto& row : table) {
        for (std::size_t e = 0; e < 3; ++e) {
            for (const bool own : {true, false}) {
                const Case at{std::string{row.name} + (own ? ", own sign-in" : ", other AuthType") + ", engine " +
                              std::to_string(e)};
                const auto expected = own ? row.own[e] : row.other[e];
                const auto admission = admit(visit_with(row.session, own, own ? "" : "alice"), policy_with(engines[e]));
                CHECK_EQUAL(admission.reason, expected);
                CHECK_EQUAL(admission.passes, is_pass(expected));
            }
        }
    }
}

TEST(R59_plain_http_is_stopped_whatever_else_is_right) {
    for (const auto engine : {Engine::off, Engine::on, Engine::report_only}) {
        auto visit = visit_with(kept(session_with("alice", true, Method::totp)), true, "alice");
        visit.secure = false;
        const auto admission = admit(visit, policy_with(engine));
        CHECK_EQUAL(admission.reason, Reason::insecure);
        CHECK(!admission.passes);
    }
}

TEST(R9_an_upgrade_for_a_page_of_another_site_is_stopped_for_verified_users_too) {
    auto visit = visit_with(kept(session_with("alice", true, Method::totp)), true, {});
    CHECK(admit(visit, policy_with(Engine::on)).passes);
    visit.foreign_upgrade = true;
    for (const auto engine : {Engine::on, Engine::report_only}) {
        CHECK_EQUAL(admit(visit, policy_with(engine)).reason, Reason::foreign_upgrade);
    }
    CHECK(admit(visit, policy_with(Engine::off)).passes);
}

TEST(R105_a_place_without_a_user_is_stopped_under_every_engine) {
    for (const auto engine : {Engine::off, Engine::on, Engine::report_only}) {
        const auto admission = admit(visit_with(kept(session_with("alice", true, Method::totp)), false, ""), policy_with(engine));
        CHECK_EQUAL(admission.reason, Reason::no_user);
        CHECK(!admission.passes);
    }
}

TEST(R105_an_anonymous_session_is_nobodys_even_where_nobody_is_named) {
    const auto admission = admit(visit_with(kept(anonymous()), false, ""), policy_with(Engine::on));
    CHECK_EQUAL(admission.reason, Reason::no_user);
}

TEST(what_passes_has_its_last_activity_renewed_after_the_grain) {
    std::optional session = session_with("alice", true, Method::totp, seconds{1000});
    session->last_active = now - seconds{179};
    CHECK(!admit(visit_with(session, true, ""), policy_with(Engine::on)).touches);
    session->last_active = now - seconds{180};
    CHECK(admit(visit_with(session, true, ""), policy_with(Engine::on)).touches);
    auto visit = visit_with(session, true, "");
    visit.may_touch = false;
    CHECK(!admit(visit, policy_with(Engine::on)).touches);
    session->last_active = now - seconds{150};
    visit = visit_with(session, true, "");
    visit.rhythm = seconds{30};
    CHECK(admit(visit, policy_with(Engine::on)).touches);
}

TEST(what_is_stopped_touches_nothing) {
    std::optional session = session_with("alice", true, Method::none);
    session->last_active = now - seconds{500};
    CHECK(!admit(visit_with(session, true, ""), policy_with(Engine::on)).touches);
}

TEST(a_session_of_another_user_is_not_renewed) {
    std::optional session = session_with("bob", true, Method::totp, seconds{1000});
    session->last_active = now - seconds{500};
    const auto admission = admit(visit_with(session, false, "alice"), policy_with(Engine::report_only));
    CHECK(admission.passes);
    CHECK(!admission.touches);
}

TEST(the_places_own_limits_count) {
    auto policy = policy_with(Engine::on);
    policy.idle_timeout = seconds{60};
    std::optional session = session_with("alice", true, Method::totp);
    session->last_active = now - seconds{60};
    CHECK_EQUAL(admit(visit_with(session, true, ""), policy).reason, Reason::sign_in_required);
    session->last_active = now - seconds{59};
    CHECK_EQUAL(admit(visit_with(session, true, ""), policy).reason, Reason::verified);
}

struct Stopped : Fakes {
    Site site;

    Stopped() {
        accounts.add(enrolled_account("alice"));
        accounts.add(account_named("bob"));
        accounts.add(enrolled_account("carol")).access_enabled = false;
        validator.digits_of_sid["LF00000000000000000000000000000001"] = 6;
    }
    Outcome at(const Visit& visit, Reason reason) { return stop(visit, reason, site, services); }
};

TEST(R7_a_place_may_ask_for_a_later_verification) {
    Policy policy{.engine = Engine::on, .verified_within = seconds{300}};
    auto session = std::optional{session_with("alice", true, Method::totp, seconds{3600})};
    for (const auto& [ago, passes] : {std::pair{0, true}, {299, true}, {300, false}, {301, false}}) {
        const Case at{std::to_string(ago)};
        session->verified_at = now - seconds{ago};
        const auto admission = admit(visit_with(session, true, ""), policy);
        CHECK_EQUAL(admission.passes, passes);
        if (!passes) CHECK_EQUAL(admission.reason, Reason::step_up_required);
    }
    policy.verified_within = {};
    CHECK(admit(visit_with(session, true, ""), policy).passes);
}

TEST(R7_where_the_engine_reports_only_a_later_verification_is_missed_and_waived) {
    const Policy policy{.engine = Engine::report_only, .verified_within = seconds{300}};
    auto session = std::optional{session_with("alice", true, Method::totp, seconds{3600})};
    for (const auto& [ago, reason] : {std::pair{299, Reason::verified}, {300, Reason::would_stop}}) {
        session->verified_at = now - seconds{ago};
        const auto admission = admit(visit_with(session, true, ""), policy);
        CHECK_EQUAL(admission.reason, reason);
        CHECK(admission.passes && admission.verified);
    }
    session = session_with("alice", true, Method::none);
    CHECK(!admit(visit_with(session, true, ""), policy).verified);
}

TEST(R49_a_skip_is_no_verification) {
    const Policy policy{.engine = Engine::on, .verified_within = seconds{300}};
    const auto session = std::optional{session_with("alice", true, Method::skip)};
    CHECK_EQUAL(admit(visit_with(session, true, ""), policy).reason, Reason::step_up_required);
}

TEST(R7_a_step_up_marks_the_session_so_that_the_page_asks) {
    Stopped stopped;
    const auto session = std::optional{session_with("alice", true, Method::totp)};
    const auto outcome = stopped.at(visit_with(session, true, ""), Reason::step_up_required);
    CHECK_EQUAL(outcome.status, 303);
    CHECK(outcome.location.starts_with("/uzmfa/verify"));
    CHECK(outcome.session->verify_again);
    CHECK(outcome.session->is_verified());
}

TEST(R102_whoever_wants_to_leave_is_not_led_back_to_it) {
    Stopped stopped;
    const auto session = std::optional{session_with("alice", true, Method::totp)};
    auto visit = visit_with(session, true, "");
    visit.signs_out = true;
    auto outcome = stopped.at(visit, Reason::verification_required);
    CHECK_EQUAL(outcome.location, "/uzmfa/verify");
    CHECK(!outcome.drop_session);

    outcome = stopped.at(visit, Reason::step_up_required);
    CHECK_EQUAL(outcome.location, "/uzmfa/login");
    CHECK_EQUAL(outcome.reason, Reason::signed_out);
    CHECK_EQUAL(outcome.user, "alice");
    CHECK(outcome.drop_session && !outcome.session);
    CHECK(stopped.sessions.has(session->id));
}

TEST(R79_a_person_is_sent_to_the_page_due_with_next) {
    Stopped stopped;
    const auto visit = visit_with({}, true, "");
    for (const auto& [reason, page] : {std::pair{Reason::sign_in_required, "login"},
                                       {Reason::enrollment_required, "enroll"},
                                       {Reason::verification_required, "verify"}}) {
        const auto outcome = stopped.at(visit, reason);
        CHECK_EQUAL(outcome.status, 303);
        CHECK_EQUAL(outcome.reason, reason);
        CHECK_EQUAL(outcome.location, "/uzmfa/" + std::string{page} + "?next=/orders%3Fid%3D7");
        CHECK(!outcome.session);
    }
    CHECK_EQUAL(stopped.accounts.finds, 0);
}

TEST(R79_a_program_gets_401_and_a_problem_that_names_the_page) {
    Stopped stopped;
    auto visit = visit_with({}, true, "");
    visit.navigation = false;
    const auto outcome = stopped.at(visit, Reason::verification_required);
    CHECK_EQUAL(outcome.status, 401);
    CHECK_EQUAL(outcome.location, "");
    CHECK_EQUAL(outcome.page->name, "problem");
    CHECK_EQUAL(outcome.page->error, "verification_required");
    CHECK_EQUAL(outcome.page->values.size(), 1);
    CHECK_EQUAL(outcome.page->values[0].first, "verify_url");
    CHECK_EQUAL(outcome.page->values[0].second, "/uzmfa/verify?next=/orders%3Fid%3D7");
}

TEST(R71_a_target_that_is_no_return_path_is_not_carried) {
    Stopped stopped;
    for (const std::string_view target : {"/", "//evil.example", "/uzmfa/login", "*", "", "https://evil.example/"}) {
        const Case at{target};
        auto visit = visit_with({}, true, "");
        visit.target = target;
        CHECK_EQUAL(stopped.at(visit, Reason::sign_in_required).location, "/uzmfa/login");
    }
}

TEST(R103_a_subrequest_is_refused_and_never_redirected) {
    Stopped stopped;
    for (const bool own : {true, false}) {
        auto visit = visit_with({}, own, own ? "" : "alice");
        visit.subrequest = true;
        for (const auto reason : {Reason::sign_in_required, Reason::enrollment_required, Reason::verification_required}) {
            const auto outcome = stopped.at(visit, reason);
            CHECK_EQUAL(outcome.status, 403);
            CHECK_EQUAL(outcome.reason, reason);
            CHECK(!outcome.session);
        }
    }
    CHECK_EQUAL(stopped.accounts.finds, 0);
}

TEST(plain_http_and_a_place_without_a_user_are_refused_for_persons_and_programs) {
    Stopped stopped;
    for (const auto reason : {Reason::insecure, Reason::foreign_upgrade, Reason::no_user}) {
        for (const bool navigation : {true, false}) {
            auto visit = visit_with({}, false, "");
            visit.navigation = navigation;
            const auto outcome = stopped.at(visit, reason);
            CHECK_EQUAL(outcome.status, 403);
            CHECK_EQUAL(outcome.reason, reason);
            CHECK_EQUAL(outcome.page->name, "error");
        }
    }
}

TEST(where_another_AuthType_signs_in_the_gate_makes_the_pending_session) {
    Stopped stopped;
    for (const auto& [user, page, enrolled] : {std::tuple{"alice", "verify", true}, std::tuple{"bob", "enroll", false}}) {
        const Case at{user};
        const auto outcome = stopped.at(visit_with({}, false, user), Reason::sign_in_required);
        CHECK_EQUAL(outcome.status, 303);
        CHECK_EQUAL(outcome.reason, enrolled ? Reason::verification_required : Reason::enrollment_required);
        CHECK_EQUAL(outcome.location, "/uzmfa/" + std::string{page} + "?next=/orders%3Fid%3D7");
        CHECK(outcome.session.has_value());
        CHECK_EQUAL(outcome.session->user, user);
        CHECK(outcome.session->external);
        CHECK_EQUAL(outcome.session->enrolled, enrolled);
        CHECK(!outcome.session->is_verified());
        CHECK_EQUAL(outcome.session->signed_in_at, now);
        CHECK_EQUAL(outcome.session->last_active, now);
        CHECK(outcome.session->id != SessionId{});
    }
}

TEST(a_pending_session_is_made_for_a_program_too) {
    Stopped stopped;
    auto visit = visit_with({}, false, "alice");
    visit.navigation = false;
    const auto outcome = stopped.at(visit, Reason::sign_in_required);
    CHECK_EQUAL(outcome.status, 401);
    CHECK_EQUAL(outcome.page->error, "verification_required");
    CHECK(outcome.session.has_value());
}

TEST(a_pending_session_that_is_there_is_kept) {
    Stopped stopped;
    const auto visit = visit_with(kept(external(session_with("alice", true, Method::none))), false, "alice");
    const auto outcome = stopped.at(visit, Reason::verification_required);
    CHECK_EQUAL(outcome.status, 303);
    CHECK(!outcome.session);
    CHECK_EQUAL(stopped.accounts.finds, 0);
}

TEST(R48_the_gate_consumes_no_skip) {
    Stopped stopped;
    stopped.accounts.rows["alice"].mfa_enabled = false;
    const auto outcome = stopped.at(visit_with({}, false, "alice"), Reason::sign_in_required);
    CHECK_EQUAL(outcome.location, "/uzmfa/verify?next=/orders%3Fid%3D7");
    CHECK(!outcome.session->is_verified());
    CHECK_EQUAL(stopped.accounts.skips_consumed, 0);
}

TEST(a_user_without_a_row_and_a_disabled_one_are_refused) {
    Stopped stopped;
    auto outcome = stopped.at(visit_with({}, false, "mallory"), Reason::sign_in_required);
    CHECK_EQUAL(outcome.status, 403);
    CHECK_EQUAL(outcome.reason, Reason::not_known);
    CHECK_EQUAL(outcome.user, "mallory");
    CHECK(!outcome.session);
    outcome = stopped.at(visit_with({}, false, "carol"), Reason::sign_in_required);
    CHECK_EQUAL(outcome.status, 403);
    CHECK_EQUAL(outcome.reason, Reason::not_allowed);
    CHECK_EQUAL(outcome.user, "carol");
    CHECK(!outcome.session);
}

TEST(a_database_that_fails_is_503_and_makes_no_session) {
    Stopped stopped;
    stopped.accounts.broken = {"find"};
    auto outcome = stopped.at(visit_with({}, false, "alice"), Reason::sign_in_required);
    CHECK_EQUAL(outcome.status, 503);
    CHECK_EQUAL(outcome.reason, Reason::unavailable);
    CHECK(!outcome.session);
    stopped.accounts.broken.clear();
    stopped.validator.broken = {"code_digits"};
    outcome = stopped.at(visit_with({}, false, "alice"), Reason::sign_in_required);
    CHECK_EQUAL(outcome.status, 503);
    CHECK(!outcome.session);
}

TEST(R84_a_pending_session_that_cannot_be_marked_is_not_made) {
    for (const bool at_uuid : {true, false}) {
        Stopped stopped;
        if (at_uuid) stopped.accounts.broken = {"uuid_of_row"};
        else stopped.sessions.broken = {"row_of"};
        const auto outcome = stopped.at(visit_with({}, false, "alice"), Reason::sign_in_required);
        CHECK_EQUAL(outcome.status, 503);
        CHECK_EQUAL(outcome.reason, Reason::unavailable);
        CHECK(!outcome.session);
    }
}

TEST(R84_without_the_database_nobody_is_told_to_be_signed_out) {
    Stopped stopped;
    stopped.sessions.broken = {"revoke"};
    const auto session = std::optional{session_with("alice", true, Method::totp)};
    auto visit = visit_with(session, true, "");
    visit.signs_out = true;
    const auto outcome = stopped.at(visit, Reason::step_up_required);
    CHECK_EQUAL(outcome.status, 503);
    CHECK_EQUAL(outcome.reason, Reason::unavailable);
    CHECK(!outcome.drop_session);
    CHECK(!stopped.sessions.has(session->id));
}

TEST(R105_what_httpd_looks_up_before_it_asks_who_it_is_lacks_a_sign_in_and_no_directive) {
    Stopped stopped;
    auto visit = visit_with({}, false, "");
    visit.subrequest = true;
    const auto outcome = stopped.at(visit, Reason::no_user);
    CHECK_EQUAL(outcome.status, 403);
    CHECK_EQUAL(outcome.reason, Reason::sign_in_required);
}

TEST(R7_a_step_up_that_is_asked_for_already_makes_no_new_cookie) {
    Stopped stopped;
    auto session = std::optional{session_with("alice", true, Method::totp)};
    session->verify_again = true;
    const auto outcome = stopped.at(visit_with(session, true, ""), Reason::step_up_required);
    CHECK_EQUAL(outcome.location, "/uzmfa/verify?next=/orders%3Fid%3D7");
    CHECK(!outcome.session);
}

TEST(a_program_that_was_under_way_while_its_session_was_replaced_gets_no_session) {
    Stopped stopped;
    auto visit = visit_with({}, false, "alice");
    visit.navigation = false;
    visit.revoked = true;
    const auto outcome = stopped.at(visit, Reason::sign_in_required);
    CHECK_EQUAL(outcome.status, 401);
    CHECK(!outcome.session);
}

TEST(a_session_that_the_place_has_refused_already_is_refused_once) {
    Stopped stopped;
    auto session = std::optional{session_with("alice", true, Method::totp)};
    const auto first = stopped.at(visit_with(session, true, ""), Reason::sign_in_required);
    CHECK(first.session && first.session->refused);
    session = first.session;
    CHECK(!stopped.at(visit_with(session, true, ""), Reason::sign_in_required).session);
}

TEST(R79_a_program_gets_a_problem_where_a_person_gets_an_error_page) {
    auto visit = visit_with({}, true, "");
    auto outcome = fit_for(visit, failure(outage()));
    CHECK_EQUAL(outcome.page->name, "error");
    visit.navigation = false;
    outcome = fit_for(visit, failure(outage()));
    CHECK_EQUAL(outcome.status, 503);
    CHECK_EQUAL(outcome.page->name, "problem");
    CHECK_EQUAL(outcome.page->error, "unavailable");
    CHECK(outcome.page->values.empty());
    CHECK_EQUAL(outcome.detail, "the fake is broken");
    outcome = fit_for(visit, redirect(Reason::step_passed, "/a"));
    CHECK_EQUAL(outcome.status, 303);
    CHECK(!outcome.page);
}

TEST(a_url_of_an_own_page_carries_next_encoded) {
    CHECK_EQUAL(page_url("/uzmfa", "login", "/"), "/uzmfa/login");
    CHECK_EQUAL(page_url("/uzmfa", "login", ""), "/uzmfa/login");
    CHECK_EQUAL(page_url("/a/b", "verify", "/x?y=z&w#v"), "/a/b/verify?next=/x%3Fy%3Dz%26w%23v");
    CHECK_EQUAL(page_url("/uzmfa", "login", "/100%25"), "/uzmfa/login?next=/100%2525");
}

TEST(an_accounts_standing_is_read_from_its_row) {
    Stopped stopped;
    auto standing = VALUE(standing_of("alice", stopped.services));
    CHECK(standing.known && standing.allowed && standing.enrolled());
    CHECK_EQUAL(*standing.code_digits, 6);
    standing = VALUE(standing_of("bob", stopped.services));
    CHECK(standing.known && standing.allowed && !standing.enrolled());
    standing = VALUE(standing_of("carol", stopped.services));
    CHECK(standing.known && !standing.allowed);
    standing = VALUE(standing_of("mallory", stopped.services));
    CHECK(!standing.known && !standing.allowed && !standing.enrolled());
}

TEST(R108_a_factor_that_the_validator_does_not_know_means_enrollment) {
    Stopped stopped;
    stopped.accounts.rows["alice"].mfa_sid = "YF02345678901234567890123456789012";
    CHECK(!VALUE(standing_of("alice", stopped.services)).enrolled());
    stopped.accounts.rows["alice"].mfa_sid = "";
    CHECK(!VALUE(standing_of("alice", stopped.services)).enrolled());
}

TEST(whoever_is_not_marked_as_enrolled_is_not_whatever_his_factor) {
    Stopped stopped;
    stopped.accounts.rows["alice"].mfa_enrolled = false;
    CHECK(!VALUE(standing_of("alice", stopped.services)).enrolled());
}

}  // namespace
}  // namespace uzmfa::test
