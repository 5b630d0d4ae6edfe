// SPDX-License-Identifier: Apache-2.0
#include "scratch_database.hpp"
#include "store/account_store.hpp"
#include "store/factor_store.hpp"


namespace uzmfa::test {
namespace {


constexpr SessionId session{1, 2, 3};
constexpr SessionId other_session{4, 5, 6};
constexpr std::string_view address = "192.0.2.7";

StoredSecret secret_named(std::string_view sid) {
    return {std::string{sid}, "sealed-" + std::string{sid}, {Algorithm::sha256, 8}};
}

// A database with alice and bob, and alice's store.
struct Scene {
    ScratchDatabase scratch;
    FactorStore store{scratch.database()};

    Scene() {
        scratch.add_user("alice", std::string{alices_uuid});
        scratch.add_user("bob", std::string{bobs_uuid});
    }
    Account account(std::string_view name) { return *VALUE(AccountStore{scratch.database()}.find(name)); }
    Account alice() { return account("alice"); }

    void put(std::string_view sid, std::string_view spent = {}) {
        VALUE(store.put_pending(alice(), session, secret_named(sid), spent));
    }
    std::string pending_sid(const Account& whose, const SessionId& id = session) {
        const auto found = VALUE(store.find_pending(whose, id));
        return found ? found->secret.sid : "none";
    }
    // Alice with a factor whose last step is `step`.
    void enroll(std::string_view sid, TimeStep step) {
        put(sid);
        CHECK(VALUE(store.bind(alice(), session, secret_named(sid), step, address)));
    }
    std::string users_row() {
        return scratch.row("SELECT mfa_sid, mfa_enrolled, mfa_enabled FROM users WHERE username = 'alice'");
    }
    std::string factors() { return scratch.row("SELECT count(*), max(sid) FROM uzmfa_totp_factor"); }
    std::string last_step() { return scratch.row("SELECT last_step FROM uzmfa_totp_factor"); }
    void make_pending_older(int by) {
        scratch.run("UPDATE uzmfa_enrollment SET created_at = created_at - " + std::to_string(by));
    }
};

// --- the bound factor ---

TEST(a_user_without_a_factor_has_none) {
    Scene scene;
    CHECK(!VALUE(scene.store.find(scene.alice())));
}

TEST(a_factor_is_found_as_it_was_bound) {
    Scene scene;
    scene.enroll("LF1", 1000);
    const auto factor = VALUE(scene.store.find(scene.alice()));
    CHECK(factor.has_value());
    CHECK_EQUAL(factor->secret.sid, "LF1");
    CHECK_EQUAL(factor->secret.sealed, "sealed-LF1");
    CHECK(factor->secret.parameters.algorithm == Algorithm::sha256);
    CHECK_EQUAL(factor->secret.parameters.digits, 8);
    CHECK_EQUAL(factor->last_step, 1000);
}

TEST(R108_a_sid_that_names_no_factor_of_this_user_finds_none) {
    Scene scene;
    scene.enroll("LF1", 1000);
    auto alice = scene.alice();
    alice.mfa_sid = "LF2";
    CHECK(!VALUE(scene.store.find(alice)));
    auto bob = scene.account("bob");
    bob.mfa_sid = "LF1";
    CHECK(!VALUE(scene.store.find(bob)));
}

TEST(a_factor_whose_parameters_are_unknown_is_an_error_and_never_not_enrolled) {
    for (const std::string change : {"algorithm = 'MD5'", "algorithm = 'sha256'", "digits = 5", "digits = 9", "digits = -6"}) {
        const Case at{change};
        Scene scene;
        scene.enroll("LF1", 1000);
        scene.scratch.run("UPDATE uzmfa_totp_factor SET " + change);
        CHECK(ERROR_OF(scene.store.find(scene.alice())).kind == ErrorKind::damaged);
        CHECK(ERROR_OF(scene.store.find_binding(scene.alice())).kind == ErrorKind::damaged);
        scene.put("LF2");
        scene.scratch.run("UPDATE uzmfa_enrollment SET " + change);
        CHECK(ERROR_OF(scene.store.find_pending(scene.alice(), session)).kind == ErrorKind::damaged);
    }
}

TEST(R10_a_step_is_spent_once) {
    Scene scene;
    scene.enroll("LF1", 1000);
    CHECK(VALUE(scene.store.spend(scene.alice(), 1001)));
    CHECK(!VALUE(scene.store.spend(scene.alice(), 1001)));
    CHECK_EQUAL(scene.last_step(), "1001");
}

TEST(R10_the_step_of_the_enrollment_is_spent) {
    Scene scene;
    scene.enroll("LF1", 1000);
    CHECK(!VALUE(scene.store.spend(scene.alice(), 1000)));
}

TEST(R10_another_node_cannot_spend_the_step_again) {
    Scene scene;
    scene.enroll("LF1", 1000);
    CHECK(VALUE(scene.store.spend(scene.alice(), 1001)));
    Client other{scene.scratch.file, scene.scratch.statements};
    CHECK(!VALUE(FactorStore{other.database}.spend(scene.alice(), 1001)));
}

TEST(R11_an_older_step_is_not_spent) {
    Scene scene;
    scene.enroll("LF1", 1000);
    CHECK(VALUE(scene.store.spend(scene.alice(), 1002)));
    CHECK(!VALUE(scene.store.spend(scene.alice(), 1001)));
    CHECK_EQUAL(scene.last_step(), "1002");
}

TEST(R66_a_code_is_spent_only_where_all_its_digests_are_new) {
    using Digests = std::vector<std::string>;
    Scene scene;
    CHECK(VALUE(scene.store.spend_code(scene.alice(), Digests{"a", "b"})));
    for (const auto& digests : {Digests{"a", "b"}, Digests{"a"}, Digests{"b"}, Digests{"b", "c"}}) {
        CHECK(!VALUE(scene.store.spend_code(scene.alice(), digests)));
    }
    CHECK(VALUE(scene.store.spend_code(scene.alice(), Digests{"d"})));
    CHECK(VALUE(scene.store.spend_code(scene.account("bob"), Digests{"a", "b"})));
    scene.scratch.run("UPDATE uzmfa_used_code SET used_at = used_at - 301");
    CHECK(VALUE(scene.store.spend_code(scene.alice(), Digests{"a", "b"})));
}

TEST(R12_of_many_at_once_one_spends_the_step) {
    Scene scene;
    scene.enroll("LF1", 1000);
    const auto alice = scene.alice();
    CHECK_EQUAL(winners_of(16, scene.scratch, [&](Database& database) { return FactorStore{database}.spend(alice, 1001); }), 1);
}

// Steps are numbers: as texts, 999 would come after 1000. T = 20000000000 / 30 of RFC 6238 needs no more than that.
TEST(R15_steps_are_compared_as_numbers) {
    Scene scene;
    scene.enroll("LF1", 999);
    CHECK(VALUE(scene.store.spend(scene.alice(), 1000)));
    CHECK(!VALUE(scene.store.spend(scene.alice(), 999)));
    CHECK(VALUE(scene.store.spend(scene.alice(), 666'666'666)));
    CHECK(VALUE(scene.store.spend(scene.alice(), 10'000'000'000)));
    CHECK_EQUAL(VALUE(scene.store.find(scene.alice()))->last_step, 10'000'000'000);
}

TEST(a_step_of_another_users_factor_is_not_spent) {
    Scene scene;
    scene.enroll("LF1", 1000);
    auto bob = scene.account("bob");
    bob.mfa_sid = "LF1";
    CHECK(!VALUE(scene.store.spend(bob, 1001)));
    CHECK_EQUAL(scene.last_step(), "1000");
}

// --- the pending factor ---

TEST(a_pending_factor_is_found_by_its_user_in_its_session) {
    Scene scene;
    scene.put("LF1");
    const auto found = VALUE(scene.store.find_pending(scene.alice(), session));
    CHECK(found.has_value());
    CHECK_EQUAL(found->secret.sid, "LF1");
    CHECK_EQUAL(found->secret.sealed, "sealed-LF1");
    CHECK(found->secret.parameters.algorithm == Algorithm::sha256);
    CHECK_EQUAL(found->secret.parameters.digits, 8);
    CHECK_EQUAL(found->tries, 0);
}

TEST(R34_neither_another_user_nor_another_session_finds_it) {
    Scene scene;
    scene.put("LF1");
    CHECK_EQUAL(scene.pending_sid(scene.account("bob")), "none");
    CHECK_EQUAL(scene.pending_sid(scene.alice(), other_session), "none");
    auto renamed = scene.account("bob");
    renamed.uuid = alices_uuid;
    CHECK_EQUAL(scene.pending_sid(renamed), "none");
}

TEST(R33_after_10_minutes_it_is_gone_and_purged_at_the_next) {
    Scene scene;
    scene.put("LF1");
    scene.make_pending_older(590);
    CHECK_EQUAL(scene.pending_sid(scene.alice()), "LF1");
    scene.make_pending_older(11);
    CHECK_EQUAL(scene.pending_sid(scene.alice()), "none");
    VALUE(scene.store.put_pending(scene.account("bob"), other_session, secret_named("LF2"), {}));
    CHECK_EQUAL(scene.scratch.row("SELECT count(*), max(sid) FROM uzmfa_enrollment"), "1|LF2");
}

TEST(whoever_comes_second_gets_the_secret_of_the_first) {
    Scene scene;
    scene.put("LF1");
    scene.put("LF2");
    CHECK_EQUAL(scene.pending_sid(scene.alice()), "LF1");
}

TEST(a_spent_secret_is_replaced_and_its_tries_begin_anew) {
    Scene scene;
    scene.put("LF1");
    CHECK(VALUE(scene.store.charge(session, "LF1")));
    scene.put("LF2", "LF1");
    const auto found = VALUE(scene.store.find_pending(scene.alice(), session));
    CHECK_EQUAL(found->secret.sid, "LF2");
    CHECK_EQUAL(found->tries, 0);
    scene.put("LF3", "LF1");
    CHECK_EQUAL(scene.pending_sid(scene.alice()), "LF2");
}

TEST(an_aged_secret_is_replaced) {
    Scene scene;
    scene.put("LF1");
    scene.make_pending_older(601);
    scene.put("LF2");
    CHECK_EQUAL(scene.pending_sid(scene.alice()), "LF2");
}

TEST(R34_the_secret_of_the_next_user_of_a_session_is_another) {
    Scene scene;
    scene.put("LF1");
    const auto bob = scene.account("bob");
    VALUE(scene.store.put_pending(bob, session, secret_named("LF2"), {}));
    CHECK_EQUAL(scene.pending_sid(bob), "LF2");
    CHECK_EQUAL(scene.pending_sid(scene.alice()), "none");
}

TEST(R23_a_try_is_charged_as_often_as_there_are_tries) {
    Scene scene;
    scene.put("LF1");
    for (int i = 1; i <= most_tries; ++i) {
        CHECK(VALUE(scene.store.charge(session, "LF1")));
        CHECK_EQUAL(VALUE(scene.store.find_pending(scene.alice(), session))->tries, i);
    }
    CHECK(!VALUE(scene.store.charge(session, "LF1")));
    CHECK(!VALUE(scene.store.charge(session, "LF2")));
    CHECK(!VALUE(scene.store.charge(other_session, "LF1")));
}

TEST(R23_many_at_once_are_charged_no_more_than_there_are_tries) {
    Scene scene;
    scene.put("LF1");
    CHECK_EQUAL(winners_of(16, scene.scratch, [&](Database& database) { return FactorStore{database}.charge(session, "LF1"); }),
                most_tries);
}

TEST(a_retired_secret_is_too_old_after_a_while_and_never_gets_younger) {
    Scene scene;
    scene.put("LF1");
    VALUE(scene.store.retire(session, "LF2"));
    VALUE(scene.store.retire(other_session, "LF1"));
    scene.make_pending_older(60);
    CHECK_EQUAL(scene.pending_sid(scene.alice()), "LF1");
    VALUE(scene.store.retire(session, "LF1"));
    CHECK_EQUAL(scene.pending_sid(scene.alice()), "LF1");
    scene.make_pending_older(static_cast<int>(time_to_bind.count()) - 5);
    VALUE(scene.store.retire(session, "LF1"));
    scene.make_pending_older(10);
    CHECK_EQUAL(scene.pending_sid(scene.alice()), "none");
}

TEST(R76_texts_of_a_factor_are_taken_literally) {
    for (const auto text : injections) {
        const Case at{text};
        Scene scene;
        scene.scratch.add_user(std::string{text}, "33333333-3333-4333-8333-333333333333");
        const auto user = scene.account(text);
        VALUE(scene.store.put_pending(user, session, secret_named(text), {}));
        CHECK_EQUAL(scene.pending_sid(user), text);
        CHECK(VALUE(scene.store.bind(user, session, secret_named(text), 1, text)));
        CHECK_EQUAL(VALUE(scene.store.find(scene.account(text)))->secret.sealed, "sealed-" + std::string{text});
        CHECK_EQUAL(scene.users_row(), "NULL|0|0");
    }
}

// --- binding ---

TEST(R41_binding_makes_the_factor_the_users_only_one_and_the_users_table_says_so) {
    Scene scene;
    scene.enroll("LF1", 1000);
    CHECK_EQUAL(scene.users_row(), "LF1|1|1");
    CHECK_EQUAL(scene.factors(), "1|LF1");
    CHECK_EQUAL(scene.pending_sid(scene.alice()), "none");
    CHECK_EQUAL(scene.scratch.row("SELECT mfa_sid, mfa_enrolled, mfa_enabled FROM users WHERE username = 'bob'"), "NULL|0|0");
}

TEST(R42_time_and_address_of_the_binding_are_kept) {
    const auto before = unix_now();
    Scene scene;
    scene.enroll("LF1", 1000);
    CHECK_EQUAL(scene.scratch.row("SELECT bound_from, uuid, username FROM uzmfa_totp_factor"),
                "192.0.2.7|" + std::string{alices_uuid} + "|alice");
    const auto bound_at = std::stoll(scene.scratch.row("SELECT bound_at FROM uzmfa_totp_factor"));
    CHECK(bound_at >= before && bound_at <= unix_now());
}

TEST(a_new_factor_takes_the_place_of_the_old_one_and_leaves_other_users_theirs) {
    Scene scene;
    scene.scratch.run("INSERT INTO uzmfa_totp_factor VALUES ('LFbob', '" + std::string{bobs_uuid} +
                      "', 'bob', 's', 'SHA1', 6, 0, 0, '')");
    scene.enroll("LF1", 1000);
    scene.enroll("LF2", 2000);
    CHECK_EQUAL(scene.users_row(), "LF2|1|1");
    CHECK_EQUAL(scene.scratch.row("SELECT group_concat(sid) FROM (SELECT sid FROM uzmfa_totp_factor ORDER BY sid)"), "LF2,LFbob");
}

TEST(R108_a_sid_that_the_application_wrote_as_the_text_null_is_none) {
    Scene scene;
    scene.scratch.run("UPDATE users SET mfa_sid = 'null'");
    scene.enroll("LF1", 1000);
    CHECK_EQUAL(scene.users_row(), "LF1|1|1");
}

TEST(a_uuid_in_upper_case_is_the_same) {
    Scene scene;
    scene.scratch.run("UPDATE users SET uuid = 'ABCDEF01-2345-4789-ABCD-EF0123456789' WHERE username = 'alice'");
    scene.enroll("LF1", 1000);
    CHECK_EQUAL(scene.users_row(), "LF1|1|1");
    CHECK(VALUE(scene.store.find(scene.alice())).has_value());
}

TEST(R12_of_many_at_once_one_binds_the_secret) {
    Scene scene;
    scene.put("LF1");
    const auto alice = scene.alice();
    CHECK_EQUAL(winners_of(8, scene.scratch, [&](Database& database) {
        return FactorStore{database}.bind(alice, session, secret_named("LF1"), 1000, address);
    }), 1);
    CHECK_EQUAL(scene.factors(), "1|LF1");
}

TEST(a_secret_that_is_no_longer_pending_is_not_bound) {
    for (const std::string change : {"DELETE FROM uzmfa_enrollment", "UPDATE uzmfa_enrollment SET sid = 'LF2'"}) {
        const Case at{change};
        Scene scene;
        scene.put("LF1");
        scene.scratch.run(change);
        CHECK(!VALUE(scene.store.bind(scene.alice(), session, secret_named("LF1"), 1000, address)));
        CHECK_EQUAL(scene.users_row(), "NULL|0|0");
        CHECK_EQUAL(scene.factors(), "0|NULL");
    }
}

// What must be left of a binding that did not come about: all as it was.
void check_nothing_was_bound(Scene& scene) {
    CHECK_EQUAL(scene.factors(), "1|LF0");
    CHECK_EQUAL(scene.scratch.row("SELECT sid FROM uzmfa_enrollment"), "LF1");
}

TEST(R41_where_the_users_row_is_no_longer_what_it_was_nothing_is_bound) {
    for (const std::string change : {"UPDATE users SET mfa_sid = 'LFother'", "UPDATE users SET mfa_sid = NULL",
                                     "UPDATE users SET uuid = '33333333-3333-4333-8333-333333333333'", "UPDATE users SET uuid = NULL",
                                     "DELETE FROM users", "UPDATE users SET username = 'x' || username"}) {
        const Case at{change};
        Scene scene;
        scene.enroll("LF0", 1000);
        scene.put("LF1");
        const auto read_earlier = scene.alice();
        scene.scratch.run(change);
        CHECK(!VALUE(scene.store.bind(read_earlier, session, secret_named("LF1"), 2000, address)));
        check_nothing_was_bound(scene);
    }
}

TEST(R41_where_any_part_of_a_binding_fails_all_of_it_is_rolled_back) {
    for (const auto& [statement, sql] : {std::pair{"close_pending", "DELETE FROM nowhere WHERE a = %s AND b = %s"},
                                         {"drop_other_factors", "DELETE FROM nowhere WHERE a = %s AND b = %s"},
                                         {"enroll_account", "UPDATE nowhere SET a = %s WHERE b = %s AND c = %s AND d = %s"},
                                         {"add_factor", "INSERT INTO nowhere VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"}}) {
        const Case at{statement};
        Scene scene;
        scene.enroll("LF0", 1000);
        scene.put("LF1");
        CHECK(scene.scratch.statements.replace(statement, sql));
        CHECK(!scene.store.bind(scene.alice(), session, secret_named("LF1"), 2000, address));
        check_nothing_was_bound(scene);
        CHECK_EQUAL(scene.users_row(), "LF0|1|1");
    }
}

TEST(R41_a_sid_that_is_taken_is_an_error_and_rolled_back) {
    Scene scene;
    scene.enroll("LF0", 1000);
    scene.put("LF1");
    scene.scratch.run("UPDATE uzmfa_enrollment SET sid = 'LF0'");
    CHECK(!scene.store.bind(scene.alice(), session, secret_named("LF0"), 2000, address));
    CHECK_EQUAL(scene.users_row(), "LF0|1|1");
    CHECK_EQUAL(scene.last_step(), "1000");
    CHECK_EQUAL(scene.scratch.row("SELECT sid FROM uzmfa_enrollment"), "LF0");
}

TEST(R84_tables_that_are_gone_are_an_error_of_each_call) {
    Scene scene;
    const auto alice = scene.alice();
    scene.scratch.run("DROP TABLE uzmfa_totp_factor; DROP TABLE uzmfa_enrollment");
    CHECK(ERROR_OF(scene.store.find(alice)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.spend(alice, 1)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.find_pending(alice, session)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.put_pending(alice, session, secret_named("LF1"), {})).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.charge(session, "LF1")).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.bind(alice, session, secret_named("LF1"), 1, address)).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
