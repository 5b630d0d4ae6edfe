// SPDX-License-Identifier: Apache-2.0
#include "scratch_database.hpp"
#include "store/account_store.hpp"
#include "store/skip_store.hpp"

namespace uzmfa::test {
namespace {

using std::chrono::hours;

struct Scene {
    ScratchDatabase scratch;
    SkipStore store{scratch.database()};

    Scene() {
        enroll("alice", alices_uuid);
        enroll("bob", bobs_uuid);
    }
    void enroll(const std::string& name, std::string_view uuid) {
        scratch.add_user(name, std::string{uuid});
        scratch.run("UPDATE users SET mfa_sid = 'LF1', mfa_enrolled = TRUE, mfa_enabled = TRUE WHERE username = '" + name + "'");
    }
    Account alice() { return *VALUE(AccountStore{scratch.database()}.find("alice")); }
    bool set(seconds lifetime = hours{24}) { return VALUE(store.set(alice(), lifetime, "helen")); }
    bool consume() { return VALUE(AccountStore{scratch.database()}.consume_skip(alice())); }
    std::string enabled() { return scratch.row("SELECT group_concat(mfa_enabled) FROM (SELECT * FROM users ORDER BY username)"); }
    std::string rows() { return scratch.row("SELECT count(*) FROM uzmfa_skip"); }
};

TEST(R47_a_skip_that_was_set_can_be_consumed_once) {
    Scene scene;
    CHECK(scene.set());
    CHECK_EQUAL(scene.enabled(), "0,1");
    CHECK(scene.consume());
    CHECK_EQUAL(scene.enabled(), "1,1");
    CHECK_EQUAL(scene.rows(), "0");
    CHECK(!scene.consume());
}

TEST(R48_a_skip_that_has_expired_ends_and_lets_nobody_in) {
    for (const int lifetime : {0, -1, -100'000}) {
        Scene scene;
        CHECK(scene.set(seconds{lifetime}));
        CHECK(!scene.consume());
        CHECK_EQUAL(scene.enabled(), "1,1");
        CHECK_EQUAL(scene.rows(), "0");
        CHECK(!scene.consume());
    }
}

TEST(R48_a_skip_of_the_application_has_no_end) {
    Scene scene;
    CHECK(scene.set(seconds{-1}));
    CHECK(!scene.consume());
    scene.scratch.run("UPDATE users SET mfa_enabled = FALSE WHERE username = 'alice'");
    CHECK(scene.consume());
}

TEST(a_skip_that_is_set_again_has_the_later_end) {
    Scene scene;
    CHECK(scene.set(seconds{-1}));
    CHECK(VALUE(scene.store.set(scene.alice(), hours{2}, "henry")));
    const auto skip = *VALUE(scene.store.find(alices_uuid));
    const auto left = unix_time(skip.expires_at) - unix_now();
    CHECK(left <= 2 * 3600 && left > 2 * 3600 - 5);
    CHECK_EQUAL(skip.set_by, "henry");
    CHECK(!skip.has_expired);
    CHECK(scene.consume());
}

TEST(an_administrator_sees_that_a_skip_has_expired) {
    Scene scene;
    CHECK(!VALUE(scene.store.find(alices_uuid)));
    CHECK(scene.set(seconds{-1}));
    CHECK(VALUE(scene.store.find(alices_uuid))->has_expired);
    CHECK(!VALUE(scene.store.find(bobs_uuid)));
}

TEST(R47_a_skip_cannot_be_set_for_a_user_who_is_not_enrolled) {
    for (const std::string change : {"mfa_enrolled = FALSE", "mfa_enrolled = NULL", "mfa_sid = NULL", "mfa_sid = 'null'", "mfa_sid = ''",
                                     "uuid = NULL", "uuid = '33333333-3333-4333-8333-333333333333'", "username = 'carol'"}) {
        const Case at{change};
        Scene scene;
        const auto read_earlier = scene.alice();
        scene.scratch.run("UPDATE users SET " + change + " WHERE username = 'alice'");
        CHECK(!VALUE(scene.store.set(read_earlier, hours{1}, "helen")));
        CHECK_EQUAL(scene.enabled(), "1,1");
        CHECK_EQUAL(scene.rows(), "0");
    }
}

TEST(R47_of_many_sign_ins_at_once_one_consumes_it) {
    Scene scene;
    CHECK(scene.set());
    const auto alice = scene.alice();
    CHECK_EQUAL(winners_of(16, scene.scratch, [&](Database& database) { return AccountStore{database}.consume_skip(alice); }), 1);
    CHECK_EQUAL(scene.enabled(), "1,1");
    CHECK_EQUAL(scene.rows(), "0");
}

TEST(R48_of_many_sign_ins_at_once_none_consumes_what_has_expired) {
    Scene scene;
    CHECK(scene.set(seconds{-1}));
    const auto alice = scene.alice();
    CHECK_EQUAL(winners_of(16, scene.scratch, [&](Database& database) { return AccountStore{database}.consume_skip(alice); }), 0);
    CHECK_EQUAL(scene.enabled(), "1,1");
}

TEST(R47_a_skip_that_cannot_be_set_as_a_whole_is_not_set) {
    Scene scene;
    scene.scratch.run("DROP TABLE uzmfa_skip");
    CHECK(ERROR_OF(scene.store.set(scene.alice(), hours{1}, "helen")).kind == ErrorKind::unavailable);
    CHECK_EQUAL(scene.enabled(), "1,1");
    CHECK(ERROR_OF(scene.store.find(alices_uuid)).kind == ErrorKind::unavailable);
}

TEST(R84_a_skip_whose_end_cannot_be_read_lets_nobody_in_and_stays) {
    Scene scene;
    CHECK(scene.set());
    scene.scratch.run("DROP TABLE uzmfa_skip");
    CHECK(ERROR_OF(AccountStore{scene.scratch.database()}.consume_skip(scene.alice())).kind == ErrorKind::unavailable);
    CHECK_EQUAL(scene.enabled(), "0,1");
}

TEST(R76_who_set_it_is_taken_literally) {
    for (const auto text : injections) {
        const Case at{text};
        Scene scene;
        CHECK(VALUE(scene.store.set(scene.alice(), hours{1}, text)));
        CHECK_EQUAL(VALUE(scene.store.find(alices_uuid))->set_by, text);
    }
}

}  // namespace
}  // namespace uzmfa::test
