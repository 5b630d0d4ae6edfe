// SPDX-License-Identifier: Apache-2.0
#include "crypto/one_time_codes.hpp"
#include "scratch_database.hpp"
#include "store/recovery_code_store.hpp"

namespace uzmfa::test {
namespace {

const std::vector<std::string> three = {"AAAABBBBCCCCDDDD", "EEEEFFFFGGGGHHHH", "IIIIJJJJKKKKLLLL"};
const std::string other = "MMMMNNNNOOOOPPPP";

struct Scene {
    ScratchDatabase scratch;
    RecoveryCodeStore store{scratch.database()};

    Scene() { VALUE(store.replace(alices_uuid, three)); }
    std::optional<std::size_t> spend(std::string_view code, std::string_view uuid = alices_uuid) {
        return VALUE(store.spend(uuid, code));
    }
    std::size_t left(std::string_view uuid = alices_uuid) { return VALUE(store.left(uuid)); }
};

TEST(R44_each_code_is_right_once_and_says_how_many_are_left) {
    Scene scene;
    CHECK_EQUAL(scene.left(), 3);
    CHECK_EQUAL(scene.spend(three[1]), std::optional<std::size_t>{2});
    CHECK(!scene.spend(three[1]));
    CHECK_EQUAL(scene.spend(three[0]), std::optional<std::size_t>{1});
    CHECK_EQUAL(scene.spend(three[2]), std::optional<std::size_t>{0});
    CHECK(!scene.spend(three[2]));
    CHECK_EQUAL(scene.left(), 0);
}

TEST(a_wrong_code_spends_nothing) {
    Scene scene;
    for (const std::string& code :
         {other, std::string{}, three[0].substr(0, 15), three[0] + "A", std::string{"aaaabbbbccccdddd"}}) {
        const Case at{code};
        CHECK(!scene.spend(code));
    }
    CHECK_EQUAL(scene.left(), 3);
}

TEST(R45_with_new_codes_all_old_ones_end) {
    Scene scene;
    VALUE(scene.store.replace(alices_uuid, {other}));
    CHECK_EQUAL(scene.left(), 1);
    for (const auto& code : three) CHECK(!scene.spend(code));
    CHECK(scene.spend(other).has_value());
}

TEST(codes_are_their_users_own) {
    Scene scene;
    VALUE(scene.store.replace(bobs_uuid, {other}));
    CHECK(!scene.spend(three[0], bobs_uuid));
    CHECK(!scene.spend(other));
    VALUE(scene.store.replace(bobs_uuid, {}));
    CHECK_EQUAL(scene.left(bobs_uuid), 0);
    CHECK_EQUAL(scene.left(), 3);
}

TEST(R44_no_code_is_in_the_table_and_two_equal_ones_differ_there) {
    Scene scene;
    VALUE(scene.store.replace(bobs_uuid, three));
    CHECK_EQUAL(scene.scratch.row("SELECT count(*), count(DISTINCT digest), count(DISTINCT salt), min(length(digest)), min(length(salt))"
                                  " FROM uzmfa_recovery_code"),
                "6|6|6|64|32");
    CHECK_EQUAL(scene.scratch.row("SELECT count(*) FROM uzmfa_recovery_code WHERE digest || salt LIKE '%AAAA%BBBB%'"), "0");
}

TEST(R44_of_many_at_once_one_spends_a_code) {
    Scene scene;
    const auto spend = [](Database& database) -> Result<bool> {
        auto left = RecoveryCodeStore{database}.spend(alices_uuid, three[1]);
        if (!left) return left.error();
        return left->has_value();
    };
    CHECK_EQUAL(winners_of(16, scene.scratch, spend), 1);
    CHECK_EQUAL(scene.left(), 2);
}

TEST(R45_of_many_new_sets_at_once_one_stays) {
    Scene scene;
    const auto replace = [](Database& database) -> Result<bool> {
        auto done = RecoveryCodeStore{database}.replace(alices_uuid, {new_one_time_code(4), new_one_time_code(4)});
        if (!done) return done.error();
        return true;
    };
    CHECK_EQUAL(winners_of(16, scene.scratch, replace), 16);
    CHECK_EQUAL(scene.left(), 2);
}

TEST(R45_new_codes_that_cannot_be_kept_leave_the_old_ones) {
    Scene scene;
    scene.scratch.run("CREATE TRIGGER full BEFORE INSERT ON uzmfa_recovery_code WHEN (SELECT count(*) FROM uzmfa_recovery_code) = 1"
                      " BEGIN SELECT RAISE(ABORT, 'full'); END");
    CHECK(ERROR_OF(scene.store.replace(alices_uuid, {other, other})).kind == ErrorKind::unavailable);
    CHECK_EQUAL(scene.left(), 3);
    CHECK(scene.spend(three[0]).has_value());
}

TEST(a_row_that_was_changed_is_no_code) {
    for (const std::string change : {"digest = salt", "digest = ''", "salt = ''", "digest = upper(digest)"}) {
        const Case at{change};
        Scene scene;
        VALUE(scene.store.replace(alices_uuid, {other}));
        scene.scratch.run("UPDATE uzmfa_recovery_code SET " + change);
        CHECK(!scene.spend(other));
    }
}

TEST(R76_a_code_is_taken_literally) {
    for (const auto text : injections) {
        const Case at{text};
        Scene scene;
        CHECK(!scene.spend(text));
        CHECK(!scene.spend(three[0], text));
        VALUE(scene.store.replace(text, {std::string{text}}));
        CHECK(scene.spend(text, text).has_value());
        CHECK_EQUAL(scene.left(), 3);
    }
}

TEST(R84_a_database_that_fails_is_an_error_and_never_a_right_code) {
    Scene scene;
    scene.scratch.run("DROP TABLE uzmfa_recovery_code");
    CHECK(ERROR_OF(scene.store.replace(alices_uuid, three)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.spend(alices_uuid, three[0])).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.left(alices_uuid)).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
