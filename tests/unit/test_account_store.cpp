// SPDX-License-Identifier: Apache-2.0
#include "scratch_database.hpp"
#include "store/account_store.hpp"

#include <regex>

namespace uzmfa::test {
namespace {

std::optional<Account> found(ScratchDatabase& scratch, std::string_view name) {
    return VALUE(AccountStore{scratch.database()}.find(name));
}

Account account(ScratchDatabase& scratch, std::string_view name) {
    auto row = found(scratch, name);
    CHECK(row.has_value());
    return *row;
}

void enroll(ScratchDatabase& scratch, const std::string& name) {
    scratch.run("UPDATE users SET mfa_sid = 'LF1', mfa_enrolled = TRUE, mfa_enabled = TRUE WHERE username = " +
                ScratchDatabase::literal(name));
}

std::string state(ScratchDatabase& scratch, const std::string& name) {
    return scratch.row("SELECT mfa_sid, mfa_enrolled, mfa_enabled FROM users WHERE username = " +
                       ScratchDatabase::literal(name));
}

// --- find ---

TEST(an_account_is_what_its_row_says) {
    ScratchDatabase scratch;
    scratch.add_user("alice", std::string{alices_uuid});
    enroll(scratch, "alice");
    const auto alice = account(scratch, "alice");
    CHECK_EQUAL(alice.name, "alice");
    CHECK_EQUAL(alice.uuid, alices_uuid);
    CHECK_EQUAL(alice.mfa_sid, "LF1");
    CHECK(alice.mfa_enrolled && alice.mfa_enabled && alice.access_enabled);
}

TEST(a_name_without_a_row_is_nobody) {
    ScratchDatabase scratch;
    CHECK(!found(scratch, "alice"));
}

TEST(R107_NULL_reads_as_false_and_as_no_text) {
    ScratchDatabase scratch;
    scratch.run("INSERT INTO users (username, access_enabled, mfa_enrolled, mfa_enabled) VALUES ('alice', NULL, NULL, NULL)");
    const auto alice = account(scratch, "alice");
    CHECK(!alice.access_enabled && !alice.mfa_enrolled && !alice.mfa_enabled);
    CHECK_EQUAL(alice.uuid, "");
    CHECK_EQUAL(alice.mfa_sid, "");
}

TEST(flags_are_read_in_every_spelling_of_the_drivers) {
    for (const auto& [written, is_true] : {std::pair{"1", true}, {"'t'", true}, {"'true'", true}, {"TRUE", true}, {"0", false},
                                           {"'f'", false}, {"'false'", false}, {"''", false}, {"2", false}}) {
        const Case at{written};
        ScratchDatabase scratch;
        scratch.add_user("alice");
        scratch.run("UPDATE users SET mfa_enrolled = " + std::string{written});
        CHECK_EQUAL(account(scratch, "alice").mfa_enrolled, is_true);
    }
}

TEST(R108_the_text_null_that_the_application_writes_is_no_sid) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    scratch.run("UPDATE users SET mfa_sid = 'null'");
    CHECK_EQUAL(account(scratch, "alice").mfa_sid, "");
}

TEST(R6_a_name_matches_exactly_even_where_the_database_folds_case) {
    ScratchDatabase scratch;
    scratch.run("ALTER TABLE users RENAME TO strict;"
                "CREATE TABLE users (username varchar(255) COLLATE NOCASE, uuid varchar(36), mfa_sid varchar(255),"
                " mfa_enrolled boolean, mfa_enabled boolean, access_enabled boolean)");
    scratch.add_user("Joe");
    CHECK(!found(scratch, "joe"));
    CHECK_EQUAL(account(scratch, "Joe").name, "Joe");
    scratch.add_user("joe", std::string{bobs_uuid});
    CHECK_EQUAL(account(scratch, "joe").uuid, bobs_uuid);
    CHECK_EQUAL(account(scratch, "Joe").uuid, "");
}

TEST(R6_two_rows_of_one_name_are_an_error) {
    ScratchDatabase scratch;
    scratch.run("ALTER TABLE users RENAME TO strict; CREATE TABLE users AS SELECT * FROM strict");
    scratch.add_user("joe");
    scratch.add_user("joe");
    CHECK(ERROR_OF(AccountStore{scratch.database()}.find("joe")).kind == ErrorKind::damaged);
}

TEST(R76_a_name_is_taken_literally) {
    for (const auto name : injections) {
        const Case at{name};
        ScratchDatabase scratch;
        scratch.add_user("alice");
        CHECK(!found(scratch, name));
        scratch.add_user(std::string{name});
        CHECK_EQUAL(account(scratch, name).name, name);
        CHECK_EQUAL(account(scratch, "alice").name, "alice");
    }
}

TEST(what_cannot_be_a_name_is_nobody_and_no_query) {
    ScratchDatabase scratch;
    scratch.run("DROP TABLE users");
    for (const auto& name :
         {std::string{}, std::string(256, 'a'), std::string{"alice\0", 6}, std::string{"\xff"}, std::string{"\xc3"}}) {
        const Case at{name};
        CHECK(!is_user_name(name));
        CHECK(!found(scratch, name));
    }
    CHECK(ERROR_OF(AccountStore{scratch.database()}.find("alice")).kind == ErrorKind::unavailable);
}

TEST(a_name_may_have_255_bytes) {
    const std::string name = std::string(253, 'a') + "\xc3\xa4";
    ScratchDatabase scratch;
    scratch.add_user(name);
    CHECK_EQUAL(account(scratch, name).name, name);
}

// --- uuid ---

TEST(a_uuid_is_read_in_lower_case) {
    ScratchDatabase scratch;
    scratch.add_user("alice", "ABCDEF01-2345-4789-ABCD-EF0123456789");
    CHECK_EQUAL(account(scratch, "alice").uuid, "abcdef01-2345-4789-abcd-ef0123456789");
}

TEST(an_ill_formed_uuid_is_an_error) {
    for (const std::string uuid : {"x", "11111111-1111-4111-8111-11111111111", "11111111-1111-4111-8111-1111111111111",
                                   "11111111111114111811111111111111111", "11111111-1111-4111-8111-11111111111g",
                                   "11111111_1111_4111_8111_111111111111", "{1111111-1111-4111-8111-11111111111}"}) {
        const Case at{uuid};
        ScratchDatabase scratch;
        scratch.add_user("alice", uuid);
        CHECK(ERROR_OF(AccountStore{scratch.database()}.find("alice")).kind == ErrorKind::damaged);
    }
}

TEST(R6_a_uuid_that_the_row_of_a_factors_owner_shares_is_an_error) {
    ScratchDatabase scratch;
    scratch.add_user("alice", std::string{alices_uuid});
    scratch.run("INSERT INTO uzmfa_totp_factor VALUES ('LF1', '" + std::string{alices_uuid} +
                "', 'alice', 's', 'SHA1', 6, 0, 0, '')");
    scratch.add_user("mallory", "11111111-1111-4111-8111-111111111111");
    CHECK(ERROR_OF(AccountStore{scratch.database()}.find("mallory")).kind == ErrorKind::damaged);
    CHECK(found(scratch, "alice").has_value());
}

TEST(R6_a_renamed_user_keeps_the_factor_and_the_name_given_again_has_none) {
    ScratchDatabase scratch;
    scratch.add_user("alice", std::string{alices_uuid});
    scratch.run("INSERT INTO uzmfa_totp_factor VALUES ('LF1', '" + std::string{alices_uuid} +
                "', 'alice', 's', 'SHA1', 6, 0, 0, '')");
    scratch.run("UPDATE users SET username = 'alicia'");
    scratch.add_user("alice");
    CHECK_EQUAL(account(scratch, "alicia").uuid, alices_uuid);
    CHECK_EQUAL(account(scratch, "alice").uuid, "");
}

TEST(R107_a_row_without_a_uuid_gets_a_random_one) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    const auto given = VALUE(AccountStore{scratch.database()}.own_uuid(account(scratch, "alice")));
    CHECK(std::regex_match(given, std::regex{"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"}));
    CHECK_EQUAL(scratch.row("SELECT uuid FROM users"), given);
}

TEST(R107_a_uuid_that_is_there_already_stays) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    const auto read_earlier = account(scratch, "alice");
    scratch.run("UPDATE users SET uuid = '" + std::string{alices_uuid} + "'");
    CHECK_EQUAL(VALUE(AccountStore{scratch.database()}.own_uuid(read_earlier)), alices_uuid);
    CHECK_EQUAL(scratch.row("SELECT uuid FROM users"), alices_uuid);
}

TEST(a_uuid_is_given_to_one_row_only) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    scratch.add_user("bob");
    VALUE(AccountStore{scratch.database()}.own_uuid(account(scratch, "alice")));
    CHECK_EQUAL(scratch.row("SELECT uuid FROM users WHERE username = 'bob'"), "NULL");
}

TEST(a_uuid_that_another_row_has_too_is_an_error_at_enrollment) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    scratch.add_user("bob");
    scratch.run("UPDATE users SET uuid = '" + std::string{alices_uuid} + "'");
    CHECK(ERROR_OF(AccountStore{scratch.database()}.own_uuid(account(scratch, "alice"))).kind == ErrorKind::damaged);
    scratch.run("UPDATE users SET uuid = upper(uuid) WHERE username = 'bob'");
    CHECK(ERROR_OF(AccountStore{scratch.database()}.own_uuid(account(scratch, "bob"))).kind == ErrorKind::damaged);
}

TEST(a_row_that_keeps_no_uuid_is_an_error) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    scratch.run("CREATE TRIGGER stubborn BEFORE UPDATE ON users BEGIN SELECT RAISE(IGNORE); END");
    const auto error = ERROR_OF(AccountStore{scratch.database()}.own_uuid(account(scratch, "alice")));
    CHECK(error.kind == ErrorKind::damaged);
    CHECK_CONTAINS(error.detail, "took no uuid");
}

TEST(a_row_that_is_gone_takes_no_uuid) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    const auto read_earlier = account(scratch, "alice");
    scratch.run("DELETE FROM users");
    CHECK(ERROR_OF(AccountStore{scratch.database()}.own_uuid(read_earlier)).kind == ErrorKind::damaged);
}

// --- skip ---

TEST(R47_a_skip_is_consumed_once_and_leaves_the_factor_enabled) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    enroll(scratch, "alice");
    scratch.run("UPDATE users SET mfa_enabled = FALSE");
    AccountStore store{scratch.database()};
    const auto alice = account(scratch, "alice");
    CHECK(VALUE(store.consume_skip(alice)));
    CHECK_EQUAL(state(scratch, "alice"), "LF1|1|1");
    CHECK(!VALUE(store.consume_skip(alice)));
}

TEST(R47_of_many_sign_ins_at_once_one_consumes_the_skip) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    enroll(scratch, "alice");
    scratch.run("UPDATE users SET mfa_enabled = FALSE");
    const auto alice = account(scratch, "alice");
    CHECK_EQUAL(winners_of(16, scratch, [&](Database& database) { return AccountStore{database}.consume_skip(alice); }), 1);
    CHECK_EQUAL(state(scratch, "alice"), "LF1|1|1");
}

TEST(R47_each_new_skip_can_be_consumed) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    enroll(scratch, "alice");
    for (int i = 0; i < 3; ++i) {
        scratch.run("UPDATE users SET mfa_enabled = FALSE");
        const auto alice = account(scratch, "alice");
        CHECK(VALUE(AccountStore{scratch.database()}.has_skip(alice)));
        CHECK(VALUE(AccountStore{scratch.database()}.consume_skip(alice)));
    }
}

TEST(R47_a_skip_of_the_application_is_not_taken_for_one_of_ours) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    enroll(scratch, "alice");
    // Ours expired unused, and the application has set mfa_enabled to true meanwhile.
    scratch.run("INSERT INTO uzmfa_skip VALUES ('" + account(scratch, "alice").uuid + "', 1, 'helen')");
    CHECK(!VALUE(AccountStore{scratch.database()}.consume_skip(account(scratch, "alice"))));
    CHECK_EQUAL(scratch.row("SELECT count(*) FROM uzmfa_skip"), "0");
    scratch.run("UPDATE users SET mfa_enabled = FALSE");
    CHECK(VALUE(AccountStore{scratch.database()}.consume_skip(account(scratch, "alice"))));
}

// Whose mfa_enabled the application has set while a skip of ours stood.
void leave_skip_behind(ScratchDatabase& scratch) {
    scratch.add_user("alice", std::string{alices_uuid});
    enroll(scratch, "alice");
    scratch.run("INSERT INTO uzmfa_skip VALUES ('" + std::string{alices_uuid} + "', 99999999999, 'helen')");
}

TEST(a_skip_that_is_set_anew_meanwhile_is_not_forgotten) {
    ScratchDatabase scratch;
    leave_skip_behind(scratch);
    const auto read_earlier = account(scratch, "alice");
    scratch.run("UPDATE users SET mfa_enabled = FALSE");
    CHECK(!VALUE(AccountStore{scratch.database()}.consume_skip(read_earlier)));
    CHECK_EQUAL(scratch.row("SELECT count(*) FROM uzmfa_skip"), "1");
    CHECK_EQUAL(state(scratch, "alice"), "LF1|1|0");
}

TEST(R84_a_skip_that_cannot_be_forgotten_is_an_error_and_stays) {
    for (const std::string change : {"UPDATE ON users", "DELETE ON uzmfa_skip"}) {
        const Case at{change};
        ScratchDatabase scratch;
        leave_skip_behind(scratch);
        scratch.run("CREATE TRIGGER refuses BEFORE " + change + " BEGIN SELECT RAISE(ABORT, 'refused'); END");
        const auto error = ERROR_OF(AccountStore{scratch.database()}.consume_skip(account(scratch, "alice")));
        CHECK(error.kind == ErrorKind::unavailable);
        CHECK_CONTAINS(error.detail, "refused");
        CHECK_EQUAL(scratch.row("SELECT count(*) FROM uzmfa_skip"), "1");
    }
    ScratchDatabase scratch;
    leave_skip_behind(scratch);
    const auto alice = account(scratch, "alice");
    scratch.run("DROP TABLE uzmfa_skip");
    CHECK(ERROR_OF(AccountStore{scratch.database()}.consume_skip(alice)).kind == ErrorKind::unavailable);
}

TEST(R48_an_expired_skip_is_none) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    enroll(scratch, "alice");
    scratch.run("UPDATE users SET mfa_enabled = FALSE");
    scratch.run("INSERT INTO uzmfa_skip VALUES ('" + account(scratch, "alice").uuid + "', 1, 'helen')");
    CHECK(!VALUE(AccountStore{scratch.database()}.has_skip(account(scratch, "alice"))));
}

TEST(R107_a_flag_mfa_enabled_that_is_NULL_is_a_skip) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    enroll(scratch, "alice");
    scratch.run("UPDATE users SET mfa_enabled = NULL");
    CHECK(VALUE(AccountStore{scratch.database()}.consume_skip(account(scratch, "alice"))));
    CHECK_EQUAL(state(scratch, "alice"), "LF1|1|1");
}

TEST(R48_there_is_no_skip_for_a_user_who_is_not_enrolled_or_not_allowed) {
    for (const std::string change :
         {"mfa_enrolled = FALSE", "mfa_enrolled = NULL", "access_enabled = FALSE", "access_enabled = NULL"}) {
        const Case at{change};
        ScratchDatabase scratch;
        scratch.add_user("alice");
        enroll(scratch, "alice");
        const auto read_earlier = account(scratch, "alice");
        scratch.run("UPDATE users SET mfa_enabled = FALSE, " + change);
        CHECK(!VALUE(AccountStore{scratch.database()}.consume_skip(read_earlier)));
        CHECK_EQUAL(scratch.row("SELECT mfa_enabled FROM users"), "0");
    }
}

TEST(R47_a_skip_is_its_users_own) {
    ScratchDatabase scratch;
    for (const std::string name : {"alice", "bob"}) {
        scratch.add_user(name);
        enroll(scratch, name);
    }
    scratch.run("UPDATE users SET mfa_enabled = FALSE");
    CHECK(VALUE(AccountStore{scratch.database()}.consume_skip(account(scratch, "alice"))));
    CHECK_EQUAL(state(scratch, "bob"), "LF1|1|0");
}

TEST(R84_a_table_that_is_gone_is_an_error_of_each_call) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    const auto alice = account(scratch, "alice");
    scratch.run("DROP TABLE users");
    AccountStore store{scratch.database()};
    CHECK(ERROR_OF(store.find("alice")).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(store.own_uuid(alice)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(store.consume_skip(alice)).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
