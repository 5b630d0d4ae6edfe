// SPDX-License-Identifier: Apache-2.0
#include "scratch_database.hpp"
#include "store/administration.hpp"
#include "store/browser_store.hpp"
#include "store/new_account.hpp"
#include "store/session_store.hpp"

namespace uzmfa::test {
namespace {

const Administrator helen{.name = "helen", .address = "192.0.2.9"};
using Ended = std::vector<std::pair<Uuid, std::uint32_t>>;

struct Scene {
    ScratchDatabase scratch;
    Ended ended;
    AccountAdministration administration{scratch.database(), Validator::local, {.cap = 20},
                                         [this](const Uuid& uuid, std::uint32_t epoch) { ended.emplace_back(uuid, epoch); }};

    Scene() {
        scratch.add_user("alice", std::string{alices_uuid});
        scratch.run("UPDATE users SET mfa_sid = 'LF" + std::string(32, '1') + "', mfa_enrolled = TRUE, mfa_enabled = TRUE");
        scratch.add_user("bob");
    }
    std::string events() {
        return scratch.row("SELECT group_concat(event || ' ' || username || ' ' || made_by || ' ' || address) FROM uzmfa_event");
    }
    std::string row() { return scratch.row("SELECT mfa_enrolled, mfa_enabled FROM users WHERE username = 'alice'"); }
};

TEST(R87_each_change_is_kept_together_with_its_event_or_not_at_all) {
    const std::pair<std::string_view, std::function<bool(Administration&)>> changes[] = {
        {"skip_set", [](auto& by) { return bool{by.skip_next("alice", seconds{3600}, helen)}; }},
        {"reset", [](auto& by) { return bool{by.reset("alice", helen)}; }},
        {"unlocked", [](auto& by) { return bool{by.unlock("alice", helen)}; }},
        {"temporary_code_made", [](auto& by) { return bool{by.temporary_code("alice", seconds{3600}, helen)}; }},
        {"sessions_ended", [](auto& by) { return bool{by.end_sessions("alice", helen)}; }},
    };
    for (const auto& [event, change] : changes) {
        const Case at{event};
        Scene scene;
        CHECK(change(scene.administration));
        CHECK_EQUAL(scene.events(), std::string{event} + " alice helen 192.0.2.9");

        Scene broken;
        broken.scratch.run("INSERT INTO uzmfa_attempt VALUES ('" + std::string{alices_uuid} + "', 'code', 7, 1, 'era')");
        broken.scratch.run("DROP TABLE uzmfa_event");
        CHECK(!change(broken.administration));
        CHECK_EQUAL(broken.row(), "1|1");
        CHECK(broken.ended.empty());
        CHECK_EQUAL(broken.scratch.row("SELECT count(*), (SELECT count(*) FROM uzmfa_skip), (SELECT count(*) FROM uzmfa_temporary_code),"
                                       " (SELECT count(*) FROM uzmfa_epoch) FROM uzmfa_attempt"), "1|0|0|0");
    }
}

TEST(R62_who_listens_is_told_whose_sessions_have_ended) {
    Scene scene;
    VALUE(scene.administration.end_sessions("alice", helen));
    VALUE(scene.administration.end_everybody(helen));
    VALUE(scene.administration.reset("alice", helen));
    CHECK(scene.ended == (Ended{{*uuid_of(alices_uuid), 1}, {Uuid{}, 1}, {*uuid_of(alices_uuid), 2}}));
    CHECK_CONTAINS(scene.events(), "sessions_ended  helen");
}

TEST(R62_who_has_no_uuid_ends_nobodys_sessions) {
    Scene scene;
    CHECK(VALUE(scene.administration.end_sessions("bob", helen)) == Helped::done);
    CHECK(VALUE(scene.administration.reset("bob", helen)) == Helped::done);
    CHECK(scene.ended.empty());
    CHECK_EQUAL(scene.scratch.row("SELECT count(*) FROM uzmfa_epoch"), "0");
}

TEST(R68_no_browser_stays_remembered_whose_sessions_an_administrator_ends) {
    struct Row {
        std::string_view what;
        std::function<bool(Administration&)> change;
        std::string_view left;
    };
    const Row table[] = {
        {"end-sessions", [](auto& by) { return bool{by.end_sessions("alice", helen)}; }, bobs_uuid},
        {"end-sessions of no uuid", [](auto& by) { return bool{by.end_sessions("bob", helen)}; }, "both"},
        {"reset", [](auto& by) { return bool{by.reset("alice", helen)}; }, bobs_uuid},
        {"end-everybody", [](auto& by) { return bool{by.end_everybody(helen)}; }, "none"},
        {"unlock", [](auto& by) { return bool{by.unlock("alice", helen)}; }, "both"},
    };
    for (const auto& [what, change, left] : table) {
        const Case at{what};
        Scene scene;
        BrowserStore browsers{scene.scratch.database()};
        for (const auto uuid : {alices_uuid, bobs_uuid}) VALUE(browsers.remember(uuid, seconds{3600}, {}, {}));
        CHECK(change(scene.administration));
        CHECK_EQUAL(
            scene.scratch.row("SELECT CASE count(*) WHEN 0 THEN 'none' WHEN 2 THEN 'both' ELSE max(uuid) END FROM uzmfa_browser"),
            left);
    }
}

TEST(R68_where_browsers_cannot_be_forgotten_no_session_is_ended_either) {
    Scene scene;
    scene.scratch.run("DROP TABLE uzmfa_browser");
    CHECK(!scene.administration.end_sessions("alice", helen));
    CHECK(!scene.administration.end_everybody(helen));
    CHECK(!scene.administration.reset("alice", helen));
    CHECK(scene.ended.empty());
    CHECK_EQUAL(scene.events(), "NULL");
    CHECK_EQUAL(scene.row(), "1|1");
    CHECK_EQUAL(scene.scratch.row("SELECT count(*) FROM uzmfa_epoch"), "0");
}

TEST(R63_what_is_told_of_a_user_has_the_sessions_and_the_browsers_and_no_others) {
    Scene scene;
    SessionStore sessions{scene.scratch.database()};
    BrowserStore browsers{scene.scratch.database()};
    const auto until = from_unix_time(unix_now() + 3600);
    for (const auto uuid : {alices_uuid, bobs_uuid}) {
        const SessionId id{static_cast<std::uint8_t>(uuid[0])};
        VALUE(sessions.note(*uuid_of(uuid), {id, Method::totp, until, until, "192.0.2.1", std::string{uuid}}));
        VALUE(browsers.remember(uuid, seconds{3600}, {"192.0.2.1", uuid}, {}));
    }
    const auto details = VALUE(scene.administration.find("alice"));
    CHECK_EQUAL(details->sessions.size(), 1);
    CHECK_EQUAL(details->sessions[0].browser, alices_uuid);
    CHECK_EQUAL(details->browsers.size(), 1);
    CHECK_EQUAL(details->browsers[0].browser, alices_uuid);
}

TEST(R62_who_has_a_uuid_of_zeros_ends_nobodys_sessions) {
    Scene scene;
    scene.scratch.run("UPDATE users SET uuid = '00000000-0000-0000-0000-000000000000' WHERE username = 'bob'");
    CHECK(ERROR_OF(scene.administration.end_sessions("bob", helen)).kind == ErrorKind::damaged);
    CHECK(ERROR_OF(scene.administration.reset("bob", helen)).kind == ErrorKind::damaged);
    CHECK(scene.ended.empty());
    CHECK_EQUAL(scene.scratch.row("SELECT count(*) FROM uzmfa_epoch"), "0");
}

TEST(nobody_is_helped_who_is_not_there) {
    Scene scene;
    CHECK(VALUE(scene.administration.skip_next("nobody", seconds{1}, helen)) == Helped::no_such_user);
    CHECK(VALUE(scene.administration.reset("Alice", helen)) == Helped::no_such_user);
    CHECK(VALUE(scene.administration.unlock("", helen)) == Helped::no_such_user);
    CHECK(VALUE(scene.administration.end_sessions("nobody", helen)) == Helped::no_such_user);
    CHECK(VALUE(scene.administration.temporary_code("nobody", seconds{1}, helen)).helped == Helped::no_such_user);
    CHECK_EQUAL(scene.events(), "NULL");
}

TEST(R47_no_skip_for_who_is_not_enrolled) {
    Scene scene;
    CHECK(VALUE(scene.administration.skip_next("bob", seconds{3600}, helen)) == Helped::refused);
    CHECK_EQUAL(scene.events(), "NULL");
}

TEST(users_are_found_by_how_their_names_begin) {
    Scene scene;
    for (int i = 0; i < 51; ++i) scene.scratch.add_user("many" + std::to_string(10 + i));
    for (const auto* name : {"alicia", "al%", "al_", "Alan", "am", "al\xf0\x9f\x98\x80"}) scene.scratch.add_user(name);
    const auto found = [&](std::string_view beginning) {
        std::string names;
        for (const auto& one : VALUE(scene.administration.search(beginning, "", 50)).found) {
            names += std::string{one.account.name.view()} + " ";
        }
        return names;
    };
    CHECK_EQUAL(found("al"), "al% al_ alice alicia al\xf0\x9f\x98\x80 ");
    CHECK_EQUAL(found("alice"), "alice ");
    CHECK_EQUAL(found("al%"), "al% ");
    CHECK_EQUAL(found("xx"), "");
    CHECK_EQUAL(found("a\xff"), "");
    CHECK_EQUAL(found(std::string(300, 'a')), "");
    CHECK_EQUAL(VALUE(scene.administration.search("many", "", 50)).found.size(), AccountSearch::most);
    CHECK_EQUAL(VALUE(scene.administration.search("many", "", 50)).next, "many59");
    CHECK_EQUAL(VALUE(scene.administration.search("many1", "", 50)).next, "");
    CHECK(!VALUE(scene.administration.search("", "", 50)).next.empty());
}

TEST(users_are_found_a_page_at_a_time) {
    Scene scene;
    for (int i = 0; i < 5; ++i) scene.scratch.add_user("many" + std::to_string(i));
    const auto page = [&](std::string_view beginning, std::string_view after, std::size_t limit) {
        const auto search = VALUE(scene.administration.search(beginning, after, limit));
        std::string names;
        for (const auto& one : search.found) names += std::string{one.account.name.view()} + " ";
        return names + "next " + search.next;
    };
    CHECK_EQUAL(page("many", "", 2), "many0 many1 next many1");
    CHECK_EQUAL(page("many", "many1", 2), "many2 many3 next many3");
    CHECK_EQUAL(page("many", "many3", 2), "many4 next ");
    CHECK_EQUAL(page("many", "many2", 2), "many3 many4 next ");
    CHECK_EQUAL(page("many", "alice", 2), "many0 many1 next many1");
    CHECK_EQUAL(page("many", "zoe", 2), "next ");
    CHECK_EQUAL(page("many3", "many2x", 2), "many3 next ");
}

TEST(what_the_next_sign_in_asks_for) {
    Scene scene;
    const auto next = [&] { return VALUE(scene.administration.find("alice"))->next_sign_in; };
    CHECK(next() == NextSignIn::asks_for_code);
    VALUE(scene.administration.skip_next("alice", seconds{3600}, helen));
    CHECK(next() == NextSignIn::skips);
    scene.scratch.run("UPDATE uzmfa_skip SET expires_at = 1");
    CHECK(next() == NextSignIn::asks_for_code);
    scene.scratch.run("UPDATE users SET mfa_sid = 'YF" + std::string(32, '1') + "'");
    CHECK(next() == NextSignIn::enrolls_anew);
    VALUE(scene.administration.reset("alice", helen));
    CHECK(next() == NextSignIn::enrolls);
    scene.scratch.run("UPDATE users SET access_enabled = FALSE");
    CHECK(next() == NextSignIn::refused);
    scene.scratch.run("UPDATE users SET access_enabled = TRUE, mfa_sid = 'LF" + std::string(32, '1') +
                      "', mfa_enrolled = TRUE, uuid = NULL WHERE username = 'alice'");
    CHECK(next() == NextSignIn::enrolls);  // no factor of ours is without a uuid
}

TEST(R25_what_is_closed_stays_so) {
    Scene scene;
    scene.scratch.run("INSERT INTO uzmfa_attempt VALUES ('" + std::string{alices_uuid} + "', 'code', 20, 1, 'era')");
    CHECK(VALUE(scene.administration.unlock("alice", helen)) == Helped::refused);
    CHECK(VALUE(scene.administration.temporary_code("alice", seconds{1}, helen)).helped == Helped::refused);
    CHECK(VALUE(scene.administration.find("alice"))->codes.closed);
    CHECK_EQUAL(scene.events(), "NULL");
}

TEST(R53_wrong_codes_of_before_keep_nobody_from_a_temporary_code_who_has_no_factor_any_more) {
    Scene scene;
    scene.scratch.run("INSERT INTO uzmfa_attempt VALUES ('" + std::string{alices_uuid} + "', 'code', 20, 1, 'era')");
    scene.scratch.run("UPDATE users SET mfa_enrolled = FALSE WHERE username = 'alice'");
    const auto made = VALUE(scene.administration.temporary_code("alice", seconds{60}, helen));
    CHECK(made.helped == Helped::done);
    CHECK(!made.code.empty());
}

TEST(R28_what_can_be_unlocked_is_and_is_recorded) {
    Scene scene;
    scene.scratch.run("INSERT INTO uzmfa_attempt VALUES ('" + std::string{alices_uuid} + "', 'code', 20, 1, 'era')");
    scene.scratch.run("INSERT INTO uzmfa_attempt VALUES ('" + std::string{alices_uuid} + "', 'recovery', 7, 1, 'era')");
    CHECK(VALUE(scene.administration.unlock("alice", helen)) == Helped::done);
    CHECK(VALUE(scene.administration.find("alice"))->codes.closed);
    CHECK_EQUAL(VALUE(scene.administration.find("alice"))->recovery.failures, 0);
    CHECK(scene.events().find("unlocked") != std::string::npos);
    CHECK(VALUE(scene.administration.unlock("alice", helen)) == Helped::refused);
}

TEST(a_new_user_has_a_bcrypt_hash_and_a_company) {
    Scene scene;
    const auto hash = bcrypt_hash("secret");
    CHECK(hash && hash->size() == 60 && hash->starts_with("$2y$10$"));
    CHECK(hash != bcrypt_hash("secret"));
    CHECK(!bcrypt_hash("") && !bcrypt_hash(std::string(73, 'x')) && !bcrypt_hash(std::string_view{"a\0b", 3}));
    scene.scratch.run("INSERT INTO user_company_access VALUES ('carol', 1, FALSE), ('carol', 7, TRUE)");
    CHECK(VALUE(add_account(scene.scratch.database(), "carol", *hash, helen)) == Added::done);
    CHECK_EQUAL(scene.scratch.row("SELECT count(*), max(usercompanyid), max(enabled) FROM user_company_access WHERE username = 'carol'"), "1|1|1");
    CHECK_EQUAL(scene.scratch.row("SELECT password, access_enabled, length(uuid) FROM users WHERE username = 'carol'"), *hash + "|1|36");
    CHECK(VALUE(add_account(scene.scratch.database(), "carol", "other", helen)) == Added::name_is_taken);
    CHECK_EQUAL(scene.events(), "added carol helen 192.0.2.9");
    scene.scratch.run("UPDATE system_companies SET enabled = FALSE");
    CHECK(VALUE(add_account(scene.scratch.database(), "dave", *hash, helen)) == Added::no_company);
    CHECK_EQUAL(scene.scratch.row("SELECT count(*) FROM users WHERE username = 'dave'"), "0");
}

}  // namespace
}  // namespace uzmfa::test
