// SPDX-License-Identifier: Apache-2.0
#include "scratch_database.hpp"
#include "store/account_reset.hpp"

namespace uzmfa::test {
namespace {

const std::string local_sid = "LF" + std::string(32, '1');
const Administrator helen{.name = "helen"};
const std::string twilio_sid = "YF" + std::string(32, '1');

// Alice and bob, each with a factor and a pending enrollment.
struct Scene {
    ScratchDatabase scratch;

    explicit Scene(const std::string& sid) {
        enroll("alice", alices_uuid, sid);
        enroll("bob", bobs_uuid, "LF" + std::string(32, '9'));
    }
    void enroll(const std::string& name, std::string_view uuid, const std::string& sid) {
        const auto as_text = [](std::string_view text) { return ScratchDatabase::literal(text); };
        scratch.add_user(name, std::string{uuid});
        scratch.run("UPDATE users SET mfa_sid = " + as_text(sid) +
                    ", mfa_enrolled = TRUE, mfa_enabled = TRUE WHERE username = " + as_text(name));
        scratch.run("INSERT INTO uzmfa_totp_factor VALUES (" + as_text(sid) + ", " + as_text(uuid) + ", " + as_text(name) +
                    ", 's', 'SHA1', 6, 0, 1, 'a')");
        scratch.run("INSERT INTO uzmfa_enrollment VALUES (" + as_text(name) + ", " + as_text(uuid) + ", " + as_text(name) +
                    ", 'p', 's', 'SHA1', 6, 0, 1)");
        const auto id = as_text(uuid);
        scratch.run("INSERT INTO uzmfa_attempt VALUES (" + id + ", 'code', 100, 1, 'era'), (" + id +
                    ", 'recovery', 3, 1, 'era')");
        scratch.run("INSERT INTO uzmfa_recovery_code VALUES (" + id + ", 'd', 's'), (" + id + ", 'e', 's')");
        scratch.run("INSERT INTO uzmfa_temporary_code VALUES (" + id + ", 'd', 's', 1, 'helen')");
        scratch.run("INSERT INTO uzmfa_skip VALUES (" + id + ", 1, 'helen')");
        scratch.run("INSERT INTO uzmfa_browser VALUES (" + as_text(name) + ", " + id + ", 1, 1, 'a', 'b')");
        scratch.run("INSERT INTO uzmfa_used_code VALUES (" + id + ", 'd', 1)");
    }
    bool reset(std::string_view name = "alice", Validator validator = Validator::local) {
        return VALUE(reset_account(scratch.database(), name, validator, helen)).has_value();
    }
    std::string row(const std::string& name) {
        return scratch.row("SELECT mfa_sid, mfa_enrolled, mfa_enabled FROM users WHERE username = '" + name + "'");
    }
    std::string left(const std::string& table) { return scratch.row("SELECT group_concat(username) FROM " + table); }
    std::string owed() { return scratch.row("SELECT count(*), max(uuid), max(sid) FROM uzmfa_owed_deletion"); }
};

TEST(R50_a_reset_clears_the_columns_the_factors_and_the_pending_enrollments) {
    Scene scene{local_sid};
    CHECK(scene.reset());
    CHECK_EQUAL(scene.row("alice"), "NULL|0|0");
    CHECK_EQUAL(scene.left("uzmfa_totp_factor"), "bob");
    CHECK_EQUAL(scene.left("uzmfa_enrollment"), "bob");
    CHECK_EQUAL(scene.row("bob"), "LF" + std::string(32, '9') + "|1|1");
    CHECK_EQUAL(scene.owed(), "0|NULL|NULL");
}

TEST(R50_what_was_kept_of_codes_and_browsers_goes_with_them) {
    Scene scene{local_sid};
    CHECK(scene.reset());
    for (const std::string table : {"uzmfa_attempt", "uzmfa_recovery_code", "uzmfa_temporary_code", "uzmfa_skip", "uzmfa_browser",
                                    "uzmfa_used_code"}) {
        const Case at{table};
        CHECK_EQUAL(scene.scratch.row("SELECT group_concat(DISTINCT uuid) FROM " + table), bobs_uuid);
    }
}

TEST(R50_what_twilio_may_have_of_the_user_is_owed) {
    Scene with_factor{twilio_sid};
    CHECK(with_factor.reset());
    CHECK_EQUAL(with_factor.owed(), "1|" + std::string{alices_uuid} + "|");
    Scene with_validator{local_sid};
    CHECK(with_validator.reset("alice", Validator::twilio));
    CHECK_EQUAL(with_validator.owed(), "1|" + std::string{alices_uuid} + "|");
}

TEST(a_reset_can_be_made_again) {
    Scene scene{twilio_sid};
    CHECK(scene.reset());
    CHECK(scene.reset());
    CHECK_EQUAL(scene.row("alice"), "NULL|0|0");
    CHECK_EQUAL(scene.owed(), "1|" + std::string{alices_uuid} + "|");
}

TEST(a_user_without_a_uuid_is_reset_as_well) {
    Scene scene{local_sid};
    scene.scratch.add_user("carol");
    scene.scratch.run("UPDATE users SET mfa_sid = 'null', mfa_enrolled = TRUE WHERE username = 'carol'");
    CHECK(scene.reset("carol", Validator::twilio));
    CHECK_EQUAL(scene.row("carol"), "NULL|0|0");
    CHECK_EQUAL(scene.owed(), "0|NULL|NULL");
    CHECK_EQUAL(scene.left("uzmfa_totp_factor"), "alice,bob");
}

TEST(a_name_that_nobody_has_resets_nobody) {
    Scene scene{local_sid};
    for (const std::string_view name : {"", "Alice", "alice ", "nobody"}) CHECK(!scene.reset(name));
    CHECK_EQUAL(scene.left("uzmfa_totp_factor"), "alice,bob");
}

TEST(R76_a_name_is_taken_literally) {
    for (const auto name : injections) {
        const Case at{name};
        Scene scene{local_sid};
        CHECK(!scene.reset(name));
        CHECK_EQUAL(scene.row("alice"), local_sid + "|1|1");
    }
}

TEST(a_reset_of_a_row_that_is_another_one_each_time_changes_nothing) {
    for (const std::string change :
         {"AFTER UPDATE ON users BEGIN UPDATE users SET uuid = '33333333-3333-4333-8333-333333333333'"
          " WHERE username = 'alice'; END",
          "AFTER UPDATE ON users BEGIN DELETE FROM users WHERE username = 'alice'; END",
          "BEFORE UPDATE ON users BEGIN SELECT RAISE(IGNORE); END"}) {
        const Case at{change};
        Scene scene{local_sid};
        scene.scratch.run("CREATE TRIGGER meanwhile " + change);
        const auto error = ERROR_OF(reset_account(scene.scratch.database(), "alice", Validator::local, helen));
        CHECK(error.kind == ErrorKind::unavailable);
        CHECK_CONTAINS(error.detail, "changes all the time");
        CHECK_EQUAL(scene.row("alice"), local_sid + "|1|1");
        CHECK_EQUAL(scene.left("uzmfa_totp_factor"), "alice,bob");
        CHECK_EQUAL(scene.scratch.row("SELECT (SELECT count(*) FROM uzmfa_epoch), (SELECT count(*) FROM uzmfa_event)"), "0|0");
    }
}

TEST(a_reset_that_fails_changes_nothing) {
    Scene scene{twilio_sid};
    scene.scratch.run("DROP TABLE uzmfa_owed_deletion");
    CHECK(ERROR_OF(reset_account(scene.scratch.database(), "alice", Validator::local, helen)).kind == ErrorKind::unavailable);
    CHECK_EQUAL(scene.row("alice"), twilio_sid + "|1|1");
    CHECK_EQUAL(scene.left("uzmfa_totp_factor"), "alice,bob");
}

}  // namespace
}  // namespace uzmfa::test
