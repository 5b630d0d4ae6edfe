// SPDX-License-Identifier: Apache-2.0
// The administrators' pages as a browser of one meets them.
#include "world.hpp"

namespace uzmfa::test {
namespace {

struct AdminWorld : World {
    AdminWorld() {
        policy.admin = true;
        be_verified("alice");
    }

    Outcome ask(Verb verb, std::string_view page, std::string_view query, std::string_view body) {
        PageVisit request;
        request.visit.now = at;
        request.visit.session = session ? &*session : nullptr;
        request.visit.held = request.visit.session;
        request.visit.secure = true;
        request.visit.own_sign_in = true;
        request.visit.navigation = true;
        request.visit.cross_site = cross_site;
        request.visit.administrator = "alice";
        request.visit.address = "192.0.2.1";
        request.page = page;
        request.verb = verb;
        request.form = Form::parse(body).value();
        request.query = Form::parse(query).value();
        return serve(request, policy, site, services);
    }
    Outcome show(std::string_view query = {}, std::string_view page = "admin") { return ask(Verb::get, page, query, {}); }
    Outcome act(std::string_view fields) {
        return ask(Verb::post, "admin", {}, "csrf=" + tokens.form_token(session->id) + "&" + std::string{fields});
    }
};

TEST(the_list_of_users_is_searched_and_leads_on) {
    AdminWorld world;
    const auto all = world.show();
    CHECK_EQUAL(all.status, 200);
    CHECK_EQUAL(all.page->name, "admin");
    CHECK_EQUAL(list_on(all, "users").size(), world.accounts.rows.size());
    CHECK_EQUAL(value_on(all, "more"), "");

    world.administration.next = "c d";
    const auto some = world.show("search=b&after=a");
    CHECK_EQUAL(list_on(some, "users").size(), 1);
    CHECK_EQUAL(value_on(some, "more"), "search=b&after=c%20d");
    CHECK_EQUAL(value_on(some, "first_page"), "search=b");
    CHECK_EQUAL(value_on(world.show("search=zz"), "has_none"), "1");
}

TEST(the_page_of_a_user_says_what_stands) {
    AdminWorld world;
    auto& details = world.administration.details;
    details.next_sign_in = NextSignIn::skips;
    details.codes = {.failures = 5, .wait = seconds{30}};
    details.recovery = {.failures = 7, .closed = true};
    details.skip = Skip{world.at, "carol", true};
    details.temporary_code = TemporaryCode{world.at, "dave"};
    details.recovery_codes_left = 3;
    const auto shown = world.show("user=alice&done=unlocked");
    CHECK_EQUAL(shown.page->name, "admin_user");
    CHECK_EQUAL(shown.page->notice, "unlocked");
    for (const auto& [key, value] : {std::pair{"subject", "alice"}, {"skips", "1"}, {"is_enrolled", "1"}, {"wrong_codes", "5"},
                                     {"codes_wait", "30"}, {"wrong_recovery", "7"}, {"recovery_is_closed", "1"},
                                     {"skip_by", "carol"}, {"code_by", "dave"}, {"codes_left", "3"}}) {
        const Case at{key};
        CHECK_EQUAL(value_on(shown, key), value);
    }
    CHECK(!value_on(shown, "skip_expired").empty());
    CHECK_EQUAL(world.administration.uuid_seen, world.uuid_of_row("alice"));

    CHECK_EQUAL(world.show("user=alice&done=nonsense").page->notice, "");
    world.cross_site = true;
    CHECK_EQUAL(world.show("user=alice&done=unlocked").page->notice, "");
}

TEST(the_page_of_a_user_says_what_is_bound_owed_and_remembered) {
    AdminWorld world;
    auto& details = world.administration.details;
    details.codes = {.failures = 20, .closed = true};
    details.recovery = {.failures = 2};
    details.skip = Skip{world.at, "carol", false};
    details.binding = Binding{.bound_at = world.at, .bound_from = "192.0.2.7"};
    details.owed = {{.uuid = "u", .sid = "YF01", .owed_at = world.at}};
    details.browsers = {{"prefix", world.at, world.at, "192.0.2.8", "Unknown/1"}};
    const std::string time = "2023-11-14 22:13:20 UTC";
    auto shown = world.show("user=alice");
    for (const auto& [key, value] : {std::pair{"codes_closed", "1"}, {"codes_wait", ""}, {"wrong_recovery", "2"},
                                     {"recovery_is_closed", ""}, {"recovery_wait", ""}, {"bound_from", "192.0.2.7"},
                                     {"skip_expired", ""}, {"browsers", "1"}}) {
        const Case at{key};
        CHECK_EQUAL(value_on(shown, key), value);
    }
    for (const auto* key : {"bound_at", "skip_until", "owed"}) {
        const Case at{key};
        CHECK_EQUAL(value_on(shown, key), time);
    }
    details.recovery = {.failures = 5, .wait = seconds{60}};
    CHECK_EQUAL(value_on(world.show("user=alice"), "recovery_wait"), "60");
}

TEST(the_next_sign_in_is_said_in_one_way_each) {
    AdminWorld world;
    for (const auto& [next, key] : {std::pair{NextSignIn::refused, "is_refused"}, {NextSignIn::enrolls, "enrolls"},
                                    {NextSignIn::enrolls_anew, "enrolls_anew"}, {NextSignIn::asks_for_code, "asks_for_code"}}) {
        const Case at{key};
        world.administration.details.next_sign_in = next;
        CHECK_EQUAL(value_on(world.show("user=alice"), key), "1");
    }
}

TEST(R51_the_events_of_a_row_without_a_uuid_are_not_everybodys) {
    AdminWorld world;
    world.administration.recorded = {{.id = 1, .at = now, .event = {.name = "signed_in", .user = "alice"}}};
    CHECK_EQUAL(list_on(world.show("user=bob"), "events").size(), 0);
    CHECK_EQUAL(list_on(world.show("user=alice"), "events").size(), 1);
    CHECK_EQUAL(world.show("user=alice&before=x").status, 400);
}

TEST(an_action_is_done_and_leads_back_to_the_user) {
    for (const auto& [fields, done] :
         {std::pair{"user=bob&action=unlock", "unlock bob by alice"},
          {"user=bob&action=reset&confirm=1", "reset bob by alice"},
          {"user=bob&action=skip-next&hours=8&confirm=1", "skip-next bob by alice"},
          {"user=bob&action=end-sessions&confirm=1", "end-sessions bob by alice"}}) {
        const Case at{fields};
        AdminWorld world;
        const auto outcome = world.act(fields);
        CHECK_EQUAL(outcome.status, 303);
        CHECK(outcome.location.starts_with("/uzmfa/admin?user=bob&done="));
        CHECK_EQUAL(outcome.made_by, "alice");
        CHECK_EQUAL(outcome.user, "bob");
        CHECK_EQUAL(world.administration.done, std::vector<std::string>{done});
    }
}

TEST(R53_a_temporary_code_is_shown_once_with_how_long_it_lives) {
    AdminWorld world;
    const auto outcome = world.act("user=bob&action=temp-code&hours=8&confirm=1");
    CHECK_EQUAL(outcome.status, 200);
    CHECK_EQUAL(value_on(outcome, "temporary_code"), "TEMPORARY-1");
    CHECK_EQUAL(value_on(outcome, "hours"), "8");
    CHECK(world.administration.lifetime_seen == seconds{8 * 3600});
    CHECK_EQUAL(value_on(world.show("user=bob"), "temporary_code"), "");
}

TEST(R62_everybodys_sessions_end_only_when_that_is_confirmed) {
    AdminWorld world;
    CHECK_EQUAL(world.act("action=end-everybody").status, 400);
    CHECK(world.administration.done.empty());
    const auto outcome = world.act("action=end-everybody&confirm=1");
    CHECK_EQUAL(outcome.location, "/uzmfa/admin");
    CHECK_EQUAL(outcome.detail, "everybody's");
    CHECK_EQUAL(world.administration.done, std::vector<std::string>{"end-everybody by alice"});
}

TEST(R52_R69_a_form_that_is_not_the_pages_own_changes_nothing) {
    AdminWorld world;
    const auto stale = world.ask(Verb::post, "admin", {}, "csrf=x&user=bob&action=unlock");
    CHECK_EQUAL(stale.status, 403);
    CHECK_EQUAL(stale.page->error, "form_stale");
    CHECK_EQUAL(value_on(stale, "subject"), "bob");
    CHECK_EQUAL(world.act("user=bob&action=nonsense").status, 400);
    for (const std::string hours : {"0", "-1", "x", "8x", "1000", "99999999999"}) {
        const Case at{hours};
        const auto outcome = world.act("user=bob&action=skip-next&confirm=1&hours=" + hours);
        CHECK_EQUAL(outcome.status, 400);
        CHECK_EQUAL(outcome.page->error, "hours_wrong");
    }
    CHECK(world.administration.done.empty());
}

TEST(what_cannot_be_done_is_said_on_the_page) {
    AdminWorld world;
    CHECK_EQUAL(world.show("user=mallory").status, 404);
    CHECK_EQUAL(world.act("user=mallory&action=unlock").page->error, "no_such_user");
    world.administration.helped = Helped::refused;
    const auto refused = world.act("user=bob&action=skip-next&confirm=1");
    CHECK_EQUAL(refused.status, 409);
    CHECK(!refused.page->error.empty());
}

TEST(R84_a_database_that_fails_makes_every_page_of_administrators_503) {
    AdminWorld world;
    world.administration.broken = true;
    for (const auto& [page, query] : {std::pair{"admin", ""}, {"admin", "user=bob"}, {"admin/events", ""}}) {
        CHECK_EQUAL(world.show(query, page).status, 503);
    }
    for (const auto* fields : {"user=bob&action=unlock", "action=end-everybody&confirm=1", "user=bob&action=temp-code&confirm=1"}) {
        CHECK_EQUAL(world.act(fields).status, 503);
    }
}

TEST(R84_a_page_of_administrators_that_lacks_a_part_is_503_and_shows_no_code) {
    AdminWorld world;
    world.administration.events_are_broken = true;
    check_refused(world.show("user=alice"), 503, Reason::unavailable);
    check_refused(world.ask(Verb::post, "admin", {}, "csrf=x&user=alice&action=unlock"), 503, Reason::unavailable);
    const auto outcome = world.act("user=alice&action=temp-code&confirm=1");
    check_refused(outcome, 503, Reason::unavailable);
    CHECK_EQUAL(value_on(outcome, "temporary_code"), "");
    world.administration.events_are_broken = false;
    world.administration.counts_are_broken = true;
    check_refused(world.show({}, "admin/events"), 503, Reason::unavailable);
    check_refused(world.show("days=1", "admin/plot.svg"), 503, Reason::unavailable);
    world.administration.broken = true;
    check_refused(world.ask(Verb::post, "admin", {}, "csrf=x&user=alice&action=unlock"), 503, Reason::unavailable);
}

TEST(R84_an_administrator_whose_row_cannot_be_read_is_led_nowhere) {
    for (const auto* page : {"admin", "admin/events"}) {
        AdminWorld world;
        world.be_pending("alice", true);
        world.accounts.broken = {"find"};
        check_refused(world.show({}, page), 503, Reason::unavailable);
    }
}

TEST(a_skip_opens_no_page_of_administrators) {
    AdminWorld world;
    world.session->method = Method::skip;
    check_redirect(world.show("user=alice"), "/uzmfa/verify?next=/uzmfa/admin", Reason::step_up_required);
}

TEST(a_form_that_is_shown_again_has_the_newest_events_of_its_user) {
    AdminWorld world;
    world.administration.recorded = {{.id = 1, .at = now, .event = {.name = "signed_in", .user = "alice"}}};
    const auto again = world.ask(Verb::post, "admin", "before=17-4", "csrf=x&user=alice&action=unlock");
    CHECK_EQUAL(again.status, 403);
    CHECK_EQUAL(list_on(again, "events").size(), 1);
    CHECK_EQUAL(world.administration.uuid_seen, world.uuid_of_row("alice"));
    CHECK(world.administration.before_seen.id != 4);
    const auto unknown = world.ask(Verb::post, "admin", {}, "csrf=x&user=mallory&action=unlock");
    CHECK_EQUAL(unknown.status, 404);
    CHECK_EQUAL(unknown.page->error, "no_such_user");
}

TEST(the_page_of_events_has_rows_and_what_was_counted) {
    AdminWorld world;
    world.administration.recorded = {
        {.id = 7, .at = now, .event = {.name = "reset", .user = "b b", .uuid = "u", .made_by = "alice", .detail = "lost"}}};
    const auto hour = unix_time(world.at) / 3600;
    world.administration.counts = {{hour, Tally::failure, 3}};
    const auto shown = world.show({}, "admin/events");
    CHECK_EQUAL(shown.page->name, "admin_events");
    CHECK_EQUAL(list_on(shown, "events").size(), 1);
    CHECK_EQUAL(list_on(shown, "day").size(), 24);
    CHECK_EQUAL(list_on(shown, "month").size(), 30);
    CHECK_EQUAL(value_on(shown, "events_before"), std::to_string(unix_time(now)) + "-7");
    CHECK_EQUAL(world.administration.uuid_seen, "");
    CHECK(world.administration.since_seen == world.at - seconds{30 * 24 * 3600});
    for (const auto* key : {"x", "17", "17-", "-4", "17-x", "x-4", "17--4", "17-4x", "99999999999999999999-4"}) {
        const Case at{key};
        CHECK_EQUAL(world.show(std::string{"before="} + key, "admin/events").status, 400);
    }
    CHECK_EQUAL(world.show("before=17-4", "admin/events").status, 200);
    CHECK_EQUAL(world.administration.before_seen.id, 4);
}

TEST(the_plot_is_of_a_day_or_of_thirty) {
    AdminWorld world;
    world.administration.counts = {{unix_time(world.at) / 3600, Tally::failure, 3}};
    CHECK_EQUAL(list_on(world.show("days=1", "admin/plot.svg"), "bars").size(), 24);
    CHECK_EQUAL(list_on(world.show("days=30", "admin/plot.svg"), "bars").size(), 30);
    for (const auto* query : {"", "days=", "days=2", "days=1x"}) {
        const Case at{query};
        CHECK_EQUAL(world.show(query, "admin/plot.svg").status, 400);
    }
}

TEST(validators_and_algorithms_have_names) {
    CHECK_EQUAL(name_of(Validator::local), "local");
    CHECK_EQUAL(name_of(Validator::twilio), "twilio");
    for (const auto algorithm : {Algorithm::sha1, Algorithm::sha256, Algorithm::sha512}) {
        CHECK(chosen_by<Algorithm>(name_of(algorithm)) == algorithm);
    }
    CHECK(!chosen_by<Algorithm>("MD5"));
}

}  // namespace
}  // namespace uzmfa::test
