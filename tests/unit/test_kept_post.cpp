// SPDX-License-Identifier: Apache-2.0
#include "core/gate.hpp"
#include "core/kept_post.hpp"
#include "world.hpp"

namespace uzmfa::test {
namespace {

constexpr Uuid alices_uuid{1};

Session session_of(std::string_view user, Method method, seconds idle) {
    Session session;
    session.id[0] = 9;
    session.user = *UserName::of(user);
    session.enrolled = true;
    session.method = method;
    session.mark.uuid = alices_uuid;
    session.signed_in_at = now - seconds{3600 * 2};
    session.last_active = now - idle;
    return session;
}

const Post order{"/orders?id=7", {{"Content-Type", "text/plain"}}, "two of these"};

// A POST of a form that the gate stops.
struct Stopped : Fakes {
    Site site;
    Session held = session_of("alice", Method::totp, seconds{3600});
    PostedForm posted{.post = order, .most = 65536};
    Visit visit;

    Stopped() {
        accounts.add(enrolled_account("alice"));
        visit.now = now;
        visit.session = visit.held = &held;
        visit.own_sign_in = visit.secure = visit.navigation = true;
        visit.target = "/orders?id=7";
        visit.posted = &posted;
    }
    Outcome stop(Reason reason = Reason::sign_in_required) { return uzmfa::stop(visit, reason, site, services); }
};

}  // namespace

TEST(R81_a_post_reads_as_it_was_written) {
    for (const Post& post : {Post{}, order, Post{"/", {{"A", ""}, {"Content-Type", "x/y"}}, std::string("\0\xff\r\n", 4)}}) {
        const auto read = decode_post(encode(post));
        CHECK(read && *read == post);
    }
}

TEST(a_record_that_is_cut_off_is_no_post) {
    const auto whole = encode(Post{"/orders", {{"Content-Type", "text/plain"}}, {}});
    for (std::size_t size = 0; size < whole.size(); ++size) CHECK(!decode_post(std::string_view{whole}.substr(0, size)));
}

TEST(R81_a_form_that_meets_an_ended_session_is_kept_for_its_user) {
    Stopped stopped;
    const auto outcome = stopped.stop();
    CHECK(outcome.status == 303);
    CHECK(outcome.location == "/uzmfa/login?next=/orders%3Fid%3D7");
    CHECK(stopped.kept_posts.kept.size() == 1);
    const auto& [id, kept] = *stopped.kept_posts.kept.begin();
    CHECK(kept.first == alices_uuid && kept.second.post == order);
    CHECK(outcome.session && outcome.session->kept == id);
    CHECK(!is_alive(*outcome.session, Policy{}.limits(), now));
}

TEST(R81_of_a_revoked_session_only_the_form_goes_on) {
    Stopped stopped;
    stopped.visit.session = nullptr;
    stopped.visit.revoked = true;
    const auto outcome = stopped.stop();
    CHECK(outcome.session && outcome.session->user.empty() && outcome.session->kept != no_kept_post);
    CHECK(outcome.session->id != stopped.held.id && outcome.session->mark.uuid == alices_uuid);
}

TEST(R81_a_form_that_meets_a_step_up_is_kept_too) {
    Stopped stopped;
    stopped.held = session_of("alice", Method::totp, seconds{1});
    const auto outcome = stopped.stop(Reason::step_up_required);
    CHECK(outcome.location == "/uzmfa/verify?next=/orders%3Fid%3D7");
    CHECK(outcome.session && outcome.session->verify_again && outcome.session->kept != no_kept_post);
}

TEST(R81_who_cannot_keep_a_form_says_so_before_it_is_lost) {
    for (const bool too_large : {true, false}) {
        Stopped stopped;
        if (too_large) stopped.posted.input = PostedForm::Input::too_large;
        else stopped.kept_posts.full = true;
        const auto outcome = stopped.stop();
        CHECK(outcome.status == 401 && outcome.page && outcome.page->name == "not_kept");
        CHECK(outcome.location.empty() && stopped.kept_posts.kept.empty());
    }
}

TEST(R81_another_form_does_not_take_the_place_of_the_one_that_waits) {
    Stopped stopped;
    stopped.held = session_of("alice", Method::totp, seconds{1});
    stopped.held.kept = stopped.stop(Reason::step_up_required).session->kept;
    stopped.posted.post.body = "three of these";
    CHECK(stopped.stop(Reason::step_up_required).status == 303);
    CHECK(stopped.kept_posts.kept.begin()->second.second.post.body == "three of these");
    CHECK(stopped.stop().status == 303);  // pressed twice
    stopped.visit.target = "/invoices";
    stopped.posted.post = Post{"/invoices", {}, "other"};
    CHECK(stopped.stop(Reason::step_up_required).status == 401);
    CHECK(stopped.kept_posts.kept.size() == 1);
}

TEST(R81_who_shows_the_cookie_of_a_session_that_is_over_changes_nothing_that_waits) {
    Stopped stopped;
    stopped.held.kept = stopped.stop().session->kept;
    stopped.posted.post.body = "a thief's";
    CHECK(stopped.stop().status == 401);
    stopped.visit.session = nullptr;
    stopped.visit.revoked = true;
    CHECK(stopped.stop().status == 401);
    CHECK(stopped.kept_posts.kept.size() == 1 && stopped.kept_posts.kept.begin()->second.second.post == order);
    stopped.kept_posts.kept.clear();
    const auto former = stopped.held.kept;
    CHECK(stopped.stop().session->kept != former || former == 7);
}

TEST(R81_the_form_that_sends_one_is_not_kept_itself) {
    Stopped stopped;
    stopped.held.kept = 5;
    stopped.posted.input = PostedForm::Input::sends_kept;
    const auto outcome = stopped.stop();
    CHECK(outcome.status == 303 && outcome.location.starts_with("/uzmfa/login?next=/orders"));
    CHECK(stopped.kept_posts.kept.empty() && outcome.session->kept == 5);
}

TEST(R81_without_the_database_the_browser_keeps_the_form) {
    for (const KeptId waiting : {no_kept_post, KeptId{7}}) {
        Stopped stopped;
        stopped.held.kept = waiting;
        stopped.kept_posts.broken = true;
        const auto outcome = stopped.stop();
        CHECK(outcome.status == 503 && !outcome.session);
    }
}

TEST(R81_only_a_persons_form_of_this_site_may_be_kept) {
    Stopped stopped;
    const Site site;
    CHECK(may_be_kept(stopped.visit, site));
    const auto refuses = [&](auto change) {
        Stopped other;
        change(other.visit, other.held);
        return !may_be_kept(other.visit, site);
    };
    CHECK(refuses([](Visit& visit, Session&) { visit.cross_site = true; }));
    CHECK(refuses([](Visit& visit, Session&) { visit.navigation = false; }));
    CHECK(refuses([](Visit& visit, Session&) { visit.subrequest = true; }));
    CHECK(refuses([](Visit& visit, Session&) { visit.signs_out = true; }));
    CHECK(refuses([](Visit& visit, Session&) { visit.held = nullptr; }));
    CHECK(refuses([](Visit&, Session& held) { held.mark.uuid = {}; }));
    CHECK(refuses([](Visit& visit, Session&) { visit.own_sign_in = false; }));
    CHECK(refuses([](Visit& visit, Session&) { visit.own_sign_in = false, visit.user = "bob"; }));
    CHECK(!refuses([](Visit& visit, Session&) { visit.own_sign_in = false, visit.user = "alice"; }));
    CHECK(refuses([](Visit& visit, Session&) { visit.target = "/uzmfa/admin?user=bob"; }));
    CHECK(refuses([](Visit&, Session& held) { held.last_active = now - seconds{24 * 60 * 60}; }));
    CHECK(is_fit_target("/orders?id=7", site));
    for (const std::string target : {"//evil.example/", "https://evil.example/", "/\\evil.example", ""}) {
        CHECK(!is_fit_target(target, site));
    }
    CHECK(is_fit_target("/" + std::string(2047, 'x'), site));
    CHECK(!is_fit_target("/" + std::string(2048, 'x'), site));
}

// --- the page, and the button ---

namespace {

struct Waiting : World {
    Waiting() {
        session = session_of("alice", Method::totp, seconds{1});
        session->verified_at = now;
        session->kept = 7;
        kept_posts.kept[7] = {alices_uuid, KeptPost{order, now - seconds{60}, now + seconds{60}}};
    }
    Sending send(std::string_view token, bool foreign = false, std::string_view target = "/orders?id=7") {
        Visit visit;
        visit.now = now;
        visit.session = &*session;
        visit.target = target;
        visit.cross_site = foreign;
        return send_kept_post(visit, token, site, services);
    }
    std::string token() { return tokens.form_token(session->id); }
};

}  // namespace

TEST(R81_a_page_says_what_waits_and_changes_nothing) {
    Waiting world;
    const auto outcome = world.request(Verb::get, "kept", "", "next=/orders%3Fid%3D7");
    CHECK(outcome.status == 200 && outcome.page && outcome.page->name == "kept");
    CHECK(world.kept_posts.kept.size() == 1);
}

TEST(R81_without_anything_that_waits_the_page_leads_on) {
    Waiting world;
    world.kept_posts.kept.clear();
    CHECK(world.request(Verb::get, "kept", "", "next=/orders").location == "/orders");
}

TEST(R81_another_users_form_is_not_shown) {
    Waiting world;
    world.kept_posts.kept[7].first = Uuid{2};
    CHECK(world.request(Verb::get, "kept", "", "next=/orders").location == "/orders");
    CHECK(!world.send(world.token()).post);
}

TEST(R81_who_has_not_verified_is_led_there_and_back) {
    Waiting world;
    world.session->method = Method::none;
    world.session->signed_in_at = now;
    const auto outcome = world.request(Verb::get, "kept", "", "next=/orders");
    CHECK(outcome.location == "/uzmfa/verify?next=/orders");
    CHECK(world.kept_posts.kept.size() == 1);
}

TEST(R81_a_form_is_let_go_by_a_form_of_the_page_only) {
    Waiting world;
    CHECK(world.request(Verb::post, "kept", "csrf=wrong&next=/orders", "").status == 403);
    CHECK(world.kept_posts.kept.size() == 1);
    CHECK(world.request(Verb::post, "kept", "csrf=" + world.token() + "&next=/orders", "").location == "/orders");
    CHECK(world.kept_posts.kept.empty());
}

TEST(R81_a_form_is_sent_once) {
    Waiting world;
    const auto first = world.send(world.token());
    CHECK(first.post && *first.post == order);
    const auto second = world.send(world.token());
    CHECK(!second.post && second.outcome.status == 303 && second.outcome.location == "/orders?id=7");
}

TEST(R81_a_stale_token_or_another_site_sends_nothing) {
    Waiting world;
    for (const auto& sending : {world.send("wrong"), world.send(""), world.send(world.token(), true)}) {
        CHECK(!sending.post && sending.outcome.location.starts_with("/uzmfa/kept"));
    }
    CHECK(world.kept_posts.kept.size() == 1);
}

TEST(R84_a_form_that_cannot_be_read_is_not_sent_and_goes_on_waiting) {
    Waiting world;
    world.kept_posts.broken = true;
    const auto sending = world.send(world.token());
    CHECK(!sending.post && sending.outcome.status == 503);
    world.kept_posts.broken = false;
    CHECK(world.send(world.token()).post);
}

TEST(R81_who_has_to_verify_again_lets_no_form_go_before) {
    Waiting world;
    world.session->verify_again = true;
    const auto outcome = world.request(Verb::post, "kept", "csrf=" + world.token() + "&next=/orders", "");
    CHECK(outcome.location == "/uzmfa/verify?next=/orders");
    CHECK(world.kept_posts.kept.size() == 1);
}

TEST(R81_a_form_goes_to_no_other_address) {
    Waiting world;
    CHECK(!world.send(world.token(), false, "/orders?id=8").post);
    CHECK(world.send(world.token()).post);
}

TEST(R81_the_way_to_where_a_form_waits_ends_at_its_page) {
    Waiting world;
    CHECK(world.request(Verb::get, "login", "", "next=/orders%3Fid%3D7").location == "/uzmfa/kept?next=/orders%3Fid%3D7");
    CHECK(world.request(Verb::get, "verify", "", "next=/orders%3Fid%3D8").location == "/orders?id=8");
    world.kept_posts.broken = true;
    CHECK(world.request(Verb::get, "login", "", "next=/orders").location == "/uzmfa/kept?next=/orders");
    CHECK(world.request(Verb::get, "kept", "", "next=/orders").status == 503);
}

TEST(R81_what_waits_goes_along_from_sign_in_to_the_application) {
    World world;
    world.session = session_of("alice", Method::totp, seconds{3600});
    world.session->kept = 7;
    world.kept_posts.kept[7] = {world.session->mark.uuid, KeptPost{order, now - seconds{60}, now + seconds{60}}};
    auto outcome = world.request(Verb::get, "login", "", "next=/orders%3Fid%3D7");
    CHECK(outcome.page && outcome.page->notice == "form_kept");
    CHECK(world.session->user.empty() && world.session->kept == 7);
    const auto token = world.tokens.form_token(world.session->id);
    outcome = world.request(Verb::post, "login", "username=alice&password=right&csrf=" + token, "");
    CHECK(outcome.status == 303 && world.session->user.view() == "alice" && world.session->kept == 7);
}

}  // namespace uzmfa::test
