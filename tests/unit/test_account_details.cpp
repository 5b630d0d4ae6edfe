// SPDX-License-Identifier: Apache-2.0
#include "scratch_database.hpp"
#include "store/account_details.hpp"
#include "store/account_store.hpp"
#include "store/factor_store.hpp"
#include "store/rights.hpp"

namespace uzmfa::test {
namespace {

const std::string local_sid = "LF" + std::string(32, '1');
const std::string twilio_sid = "YF" + std::string(32, '1');

struct Scene {
    ScratchDatabase scratch;

    Scene() {
        scratch.add_user("alice", std::string{alices_uuid});
        scratch.run("UPDATE users SET mfa_sid = '" + local_sid + "', mfa_enrolled = TRUE WHERE username = 'alice'");
        scratch.run("INSERT INTO uzmfa_totp_factor VALUES ('" + local_sid + "', '" + std::string{alices_uuid} +
                    "', 'alice', 'sealed', 'SHA256', 8, 77, 1700000000, '192.0.2.7')");
    }
    Account alice() { return *VALUE(AccountStore{scratch.database()}.find("alice")); }
    std::string factor() { return scratch.row("SELECT sid, secret, last_step, bound_at, bound_from FROM uzmfa_totp_factor"); }
    std::string row() { return scratch.row("SELECT mfa_sid, mfa_enrolled, mfa_enabled FROM users WHERE username = 'alice'"); }
};

TEST(an_mfa_sid_says_whose_factor_it_is) {
    CHECK(validator_of(local_sid) == Validator::local);
    CHECK(validator_of(twilio_sid) == Validator::twilio);
    for (const auto& sid : {std::string{}, std::string{"null"}, "LF" + std::string(31, '1'), "LF" + std::string(32, 'g'),
                                  "XX" + std::string(32, '1')}) {
        CHECK(!validator_of(sid));
    }
}

TEST(details_are_the_row_the_binding_and_what_is_owed) {
    Scene scene;
    scene.scratch.run("INSERT INTO uzmfa_owed_deletion VALUES ('" + std::string{alices_uuid} + "', '', 5, 6, 0, 3)");
    const auto details = *VALUE(details_of(scene.scratch.database(), "alice", Validator::local, {}));
    CHECK_EQUAL(details.account.mfa_sid, local_sid);
    CHECK(is_enrolled(details.account));
    CHECK_EQUAL(details.binding->bound_at, from_unix_time(1700000000));
    CHECK_EQUAL(details.binding->bound_from, "192.0.2.7");
    CHECK_EQUAL(details.binding->digits, 8);
    CHECK_EQUAL(details.owed.size(), 1);
    CHECK_EQUAL(details.owed[0].tries, 3);
}

TEST(details_are_failures_codes_and_the_skip_too) {
    Scene scene;
    const auto id = "'" + std::string{alices_uuid} + "'", soon = std::to_string(unix_now() + 100);
    scene.scratch.run("INSERT INTO uzmfa_attempt VALUES (" + id + ", 'code', 7, " + soon + ", 'era'), (" + id +
                      ", 'recovery', 20, 1, 'era')");
    scene.scratch.run("INSERT INTO uzmfa_recovery_code VALUES (" + id + ", 'd', 's'), (" + id + ", 'e', 's')");
    scene.scratch.run("INSERT INTO uzmfa_temporary_code VALUES (" + id + ", 'd', 's', " + soon + ", 'helen')");
    scene.scratch.run("INSERT INTO uzmfa_skip VALUES (" + id + ", 5, 'henry')");
    const auto details = *VALUE(details_of(scene.scratch.database(), "alice", Validator::local, {.cap = 20}));
    CHECK_EQUAL(details.codes.failures, 7);
    CHECK(details.codes.wait > seconds{90} && details.codes.wait <= seconds{100});
    CHECK(!details.codes.closed);
    CHECK_EQUAL(details.recovery.failures, 20);
    CHECK(details.recovery.closed && details.recovery.wait == seconds{});
    CHECK_EQUAL(details.recovery_codes_left, 2);
    CHECK_EQUAL(details.temporary_code->made_by, "helen");
    CHECK_EQUAL(details.skip->set_by, "henry");
    CHECK(details.skip->has_expired);
}

TEST(where_mfa_enabled_is_true_a_skip_that_is_left_over_is_none) {
    Scene scene;
    scene.scratch.run("UPDATE users SET mfa_enabled = TRUE");
    scene.scratch.run("INSERT INTO uzmfa_skip VALUES ('" + std::string{alices_uuid} + "', 5, 'henry')");
    CHECK(!VALUE(details_of(scene.scratch.database(), "alice", Validator::local, {}))->skip);
}

TEST(a_user_without_a_uuid_has_no_binding) {
    Scene scene;
    scene.scratch.add_user("bob");
    const auto details = *VALUE(details_of(scene.scratch.database(), "bob", Validator::local, {}));
    CHECK(!details.binding && details.owed.empty() && !is_enrolled(details.account));
    CHECK(!VALUE(details_of(scene.scratch.database(), "nobody", Validator::local, {})));
}

TEST(a_factor_that_moves_keeps_when_it_was_bound_and_loses_its_secret) {
    Scene scene;
    CHECK(VALUE(FactorStore{scene.scratch.database()}.move(scene.alice(), twilio_sid, "VA1")));
    CHECK_EQUAL(scene.factor(), twilio_sid + "|VA1|0|1700000000|192.0.2.7");
    CHECK_EQUAL(scene.row(), twilio_sid + "|1|0");  // a skip stays
}

TEST(a_factor_moves_only_while_the_row_is_what_it_was) {
    for (const std::string change : {"mfa_sid = 'null'", "mfa_enrolled = FALSE", "uuid = NULL", "mfa_sid = 'YF2'"}) {
        const Case at{change};
        Scene scene;
        const auto before = scene.alice();
        scene.scratch.run("UPDATE users SET " + change + " WHERE username = 'alice'");
        CHECK(!VALUE(FactorStore{scene.scratch.database()}.move(before, twilio_sid, "VA1")));
        CHECK_CONTAINS(scene.factor(), local_sid + "|sealed|77|");
    }
}

TEST(users_come_by_name_a_page_at_a_time) {
    ScratchDatabase scratch;
    AccountStore accounts{scratch.database()};
    CHECK(VALUE(accounts.page_after("")).accounts.empty());
    scratch.run("WITH RECURSIVE n (i) AS (SELECT 10000 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)"
                " INSERT INTO users (username, mfa_sid) SELECT 'user' || i, 'null' FROM n");
    std::vector<std::string> names;
    std::string after;
    int pages = 0;
    do {
        const auto page = VALUE(accounts.page_after(after));
        for (const auto& account : page.accounts) names.emplace_back(account.name.view());
        after = page.next;
        ++pages;
    } while (!after.empty());
    CHECK_EQUAL(pages, 3);
    CHECK_EQUAL(names.size(), 2001);
    CHECK_EQUAL(names.front(), "user10000");
    CHECK_EQUAL(names.back(), "user12000");
    CHECK(VALUE(accounts.page_after("user11999")).accounts.front().mfa_sid.empty());
}

TEST(what_cannot_be_a_name_is_passed_over) {
    ScratchDatabase scratch;
    scratch.run("INSERT INTO users (username) VALUES (x'ff'), ('" + std::string(300, 'x') + "'), ('alice')");
    const auto page = VALUE(AccountStore{scratch.database()}.page_after(""));
    CHECK_EQUAL(page.accounts.size(), 1);
    CHECK_EQUAL(page.accounts[0].name, "alice");
    CHECK(VALUE(AccountStore{scratch.database()}.beginning_with("x", "", 9)).accounts.empty());
}

TEST(SQLite_has_no_rights_to_miss) {
    ScratchDatabase scratch;
    CHECK(VALUE(missing_rights(scratch.database(), "users")).empty());
}

TEST(R84_without_a_database_no_right_is_said_to_be_missing) {
    const ScratchPool pool;
    OwnConnection nowhere{pool, "sqlite3", "/nowhere/users.db"};
    const Statements statements{Driver::sqlite3, "users"};
    Database database{nowhere, statements};
    CHECK(ERROR_OF(missing_rights(database, "users")).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
