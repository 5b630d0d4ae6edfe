// SPDX-License-Identifier: Apache-2.0
// The API as a program of an administrator meets it.
#include "world.hpp"

namespace uzmfa::test {
namespace {

struct ApiWorld : World {
    std::string administrator = "alice";
    std::string token;  // empty: the session's own
    ActionBody body;

    ApiWorld() {
        policy.admin = true;
        be_verified("alice");
    }

    Outcome ask(std::string_view page, Verb verb = Verb::get) {
        PageVisit request;
        request.visit.now = at;
        request.visit.session = session ? &*session : nullptr;
        request.visit.secure = secure;
        request.visit.cross_site = cross_site;
        request.visit.own_sign_in = true;
        request.visit.administrator = administrator;
        request.page = page;
        request.verb = verb;
        request.input = input;
        request.body = body;
        const auto own = session ? tokens.form_token(session->id) : "none";
        request.csrf = token.empty() ? own : token;
        return serve(request, policy, site, services);
    }
    Outcome act(std::string_view page) { return ask(page, Verb::post); }
};

void check_problem(const Outcome& outcome, int status, std::string_view error) {
    CHECK_EQUAL(outcome.status, status);
    CHECK_EQUAL(outcome.page->name, "problem");
    CHECK_EQUAL(outcome.page->error, error);
    CHECK(!outcome.document);
}

const AccountDetails& user_of(const Outcome& outcome) {
    CHECK_EQUAL(outcome.status, 200);
    return std::get<UserDocument>(*outcome.document).details;
}

TEST(a_verified_session_is_told) {
    ApiWorld world;
    const auto outcome = world.ask("api/v1/session");
    const auto& told = std::get<SessionDocument>(*outcome.document);
    CHECK_EQUAL(told.user, "alice");
    CHECK(told.method == Method::totp);
    CHECK(told.verified_at == world.session->verified_at);
    CHECK_EQUAL(told.csrf, world.tokens.form_token(world.session->id));
}

TEST(R84_without_the_database_a_program_is_told_nothing_of_its_session) {
    ApiWorld world;
    world.be_pending("alice", true);
    world.accounts.broken = {"find"};
    check_problem(world.ask("api/v1/session"), 503, "unavailable");
}

TEST(a_program_is_told_what_its_session_lacks) {
    ApiWorld world;
    const auto check = [&](std::string_view error, std::string_view page) {
        for (const auto* asked : {"api/v1/session", "api/v1/users", "api/v1/users/bob"}) {
            const auto outcome = world.ask(asked);
            check_problem(outcome, 401, error);
            CHECK_EQUAL(value_on(outcome, "verify_url"), page);
        }
    };
    world.be_pending("alice", true);
    check("verification_required", "/uzmfa/verify");
    world.administrator = "bob";
    world.be_pending("bob", false);
    check("enrollment_required", "/uzmfa/enroll");
    world.be_anonymous();
    check("sign_in_required", "/uzmfa/login");
    world.session.reset();
    check("sign_in_required", "/uzmfa/login");
    world.be_verified("bob");
    world.session->refused = true;
    check("sign_in_required", "/uzmfa/login");
}

TEST(an_administrator_whom_a_skip_let_in_is_asked_to_verify) {
    ApiWorld world;
    world.session->method = Method::skip;
    const auto outcome = world.ask("api/v1/users");
    check_problem(outcome, 401, "step_up_required");
    CHECK(outcome.session->verify_again);
    CHECK(!std::get<SessionDocument>(*world.ask("api/v1/session").document).verified_at);
}

TEST(only_administrators_are_answered) {
    ApiWorld world;
    world.administrator = "";
    check_problem(world.ask("api/v1/users"), 403, "admin_open");
    world.administrator = "bob";
    check_problem(world.act("api/v1/users/bob/reset"), 403, "not_permitted");
    world.policy.admin = false;
    check_problem(world.ask("api/v1/users/bob"), 404, "not_found");
    CHECK(world.administration.done.empty());
}

TEST(a_name_is_decoded_once) {
    ApiWorld world;
    for (const auto* name : {"a/b", "a%2Fb", "a b"}) world.accounts.add(enrolled_account(name));
    CHECK_EQUAL(user_of(world.ask("api/v1/users/a%2Fb")).account.name.view(), "a/b");
    CHECK_EQUAL(user_of(world.ask("api/v1/users/a%252Fb")).account.name.view(), "a%2Fb");
    CHECK_EQUAL(user_of(world.ask("api/v1/users/a%20b")).account.name.view(), "a b");
    check_problem(world.ask("api/v1/users/a+b"), 404, "no_such_user");
    for (const auto* wrong : {"%", "%zz", "a%00b", "%ff"}) {
        check_problem(world.ask("api/v1/users/" + std::string{wrong}), 400, "bad_request");
        check_problem(world.act("api/v1/users/" + std::string{wrong} + "/unlock"), 400, "bad_request");
    }
    for (const auto* none :
         {"api/v1/users/", "api/v1/users//reset", "api/v1/users/bob/", "api/v1/users/bob/delete", "api/v1/users/a/b/reset"}) {
        check_problem(world.ask(none), 404, "not_found");
    }
}

TEST(an_action_answers_with_the_user_and_says_who_did_it) {
    ApiWorld world;
    const auto outcome = world.act("api/v1/users/dave/reset");
    CHECK_EQUAL(user_of(outcome).account.name.view(), "dave");
    CHECK_EQUAL(outcome.reason, Reason::user_reset);
    CHECK_EQUAL(outcome.user + " by " + outcome.made_by, "dave by alice");
    CHECK_EQUAL(world.administration.done.front(), "reset dave by alice");
    const auto made = world.act("api/v1/users/dave/temp-code");
    CHECK_EQUAL(std::get<UserDocument>(*made.document).temporary_code, "TEMPORARY-1");
    CHECK_EQUAL(made.detail, "");
    CHECK_EQUAL(std::get<UserDocument>(*world.ask("api/v1/users/dave").document).temporary_code, "");
}

TEST(hours_of_an_action_are_bounded) {
    ApiWorld world;
    const auto lifetime = [&](std::string_view action, std::optional<int> hours) {
        world.body.hours = hours;
        world.administration.lifetime_seen = seconds{};
        const auto outcome = world.act("api/v1/users/dave/" + std::string{action});
        if (outcome.status != 200) check_problem(outcome, 400, "hours_wrong");
        return world.administration.lifetime_seen / std::chrono::hours{1};
    };
    CHECK_EQUAL(lifetime("skip-next", {}), 24);
    CHECK_EQUAL(lifetime("skip-next", 168), 168);
    CHECK_EQUAL(lifetime("temp-code", {}), 4);
    CHECK_EQUAL(lifetime("temp-code", 72), 72);
    for (const int wrong : {-1, 0, 169}) CHECK_EQUAL(lifetime("skip-next", wrong), 0);
    CHECK_EQUAL(lifetime("temp-code", 73), 0);
    const auto before = world.administration.done.size();
    for (const auto* action : {"reset", "unlock", "end-sessions"}) CHECK_EQUAL(lifetime(action, 1), 0);
    CHECK_EQUAL(world.administration.done.size(), before);
}

TEST(without_the_sessions_token_an_action_is_refused) {
    ApiWorld world;
    world.token = "foreign";
    check_problem(world.act("api/v1/users/dave/reset"), 403, "form_stale");
    world.token = "";
    world.cross_site = true;
    check_problem(world.act("api/v1/users/dave/reset"), 403, "form_stale");
    CHECK(world.administration.done.empty());
}

TEST(what_cannot_be_done_is_a_problem) {
    ApiWorld world;
    world.administration.helped = Helped::refused;
    check_problem(world.act("api/v1/users/dave/skip-next"), 409, "skip_refused");
    check_problem(world.act("api/v1/users/dave/unlock"), 409, "unlock_refused");
    check_problem(world.act("api/v1/users/dave/temp-code"), 409, "code_refused");
    check_problem(world.act("api/v1/users/zoe/unlock"), 404, "no_such_user");
    world.administration.broken = true;
    for (const auto* page : {"api/v1/users", "api/v1/users/dave"}) check_problem(world.ask(page), 503, "unavailable");
    check_problem(world.act("api/v1/users/dave/unlock"), 503, "unavailable");
}

TEST(the_form_of_a_request_is_looked_at_first) {
    ApiWorld world;
    const auto post = [&](PageVisit::Input input) {
        world.input = input;
        return world.act("api/v1/users/dave/reset");
    };
    check_problem(post(PageVisit::Input::unsupported), 415, "unsupported_type");
    check_problem(post(PageVisit::Input::malformed), 400, "bad_request");
    check_problem(post(PageVisit::Input::too_large), 413, "too_large");
    world.input = PageVisit::Input::read;
    const auto got = world.ask("api/v1/users/dave/reset");
    check_problem(got, 405, "method_not_allowed");
    CHECK_EQUAL(got.allow, "POST");
    CHECK_EQUAL(world.act("api/v1/users/dave").allow, "GET, HEAD");
    world.secure = false;
    check_problem(world.ask("api/v1/session"), 403, "insecure");
    CHECK(world.administration.done.empty());
}

TEST(a_list_has_a_limit) {
    ApiWorld world;
    const auto ask = [&](std::string_view query) {
        PageVisit request;
        request.visit.now = world.at;
        request.visit.session = &*world.session;
        request.visit.secure = true;
        request.visit.own_sign_in = true;
        request.visit.administrator = "alice";
        request.page = "api/v1/users";
        request.verb = Verb::get;
        request.query = Form::parse(query).value();
        return serve(request, world.policy, world.site, world.services);
    };
    world.administration.next = "dave";
    const auto users = std::get<UsersDocument>(*ask("search=c&limit=1").document).users;
    CHECK_EQUAL(users.found.size(), 1u);
    CHECK_EQUAL(users.next, "dave");
    for (const auto* wrong : {"0", "51", "-1", "x", "1x", "99999999999999999999"}) {
        check_problem(ask("limit=" + std::string{wrong}), 400, "bad_request");
    }
}

}  // namespace
}  // namespace uzmfa::test
