// SPDX-License-Identifier: Apache-2.0
#include "scratch_database.hpp"
#include "store/attempt_store.hpp"

namespace uzmfa::test {
namespace {

using Answer = Charge::Answer;
using enum AttemptKind;

constexpr AttemptLimits usual;

struct Scene {
    ScratchDatabase scratch;
    AttemptStore store;

    explicit Scene(const AttemptLimits& limits = usual) : store{scratch.database(), limits} {}

    Charge charge(AttemptKind kind = code, std::string_view uuid = alices_uuid) { return VALUE(store.charge(uuid, kind)); }
    Charge grant() {
        const auto charge = this->charge();
        CHECK(charge.answer == Answer::granted);
        return charge;
    }
    void fail(int count) {
        for (int i = 0; i < count; ++i) grant();
    }
    // As if the wait were over.
    void let_pass() { scratch.run("UPDATE uzmfa_attempt SET open_at = 1"); }
    void set(std::string_view kind, int failures, int wait) {
        scratch.run("INSERT INTO uzmfa_attempt VALUES (" + ScratchDatabase::literal(alices_uuid) + ", " +
                    ScratchDatabase::literal(kind) + ", " + std::to_string(failures) +
                    ", CAST(strftime('%s', 'now') AS integer) + " + std::to_string(wait) + ", 'era')");
    }
    std::string rows() {
        return scratch.row("SELECT group_concat(kind || ' ' || failures) FROM (SELECT * FROM uzmfa_attempt ORDER BY kind)");
    }
};

// The database's clock may have gone on by a second or two.
void check_about(seconds wait, std::int64_t expected) {
    const Case at{std::to_string(wait.count())};
    CHECK(wait.count() <= expected && wait.count() >= expected - 5);
}

TEST(R22_as_many_as_the_limit_are_looked_at_and_the_next_waits) {
    Scene scene;
    for (int i = 1; i <= usual.limit; ++i) {
        const auto charge = scene.grant();
        CHECK_EQUAL(charge.failures, i);
        CHECK(charge.wait == seconds{});
    }
    for (int i = 0; i < 3; ++i) {
        const auto charge = scene.charge();
        CHECK(charge.answer == Answer::wait);
        CHECK_EQUAL(charge.failures, 5);
        check_about(charge.wait, 30);
    }
}

TEST(R24_behind_a_wait_one_is_looked_at_and_doubles_it_up_to_the_longest) {
    Scene scene;
    scene.fail(5);
    for (const int wait : {30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600}) {
        const Case at{std::to_string(wait)};
        check_about(scene.charge().wait, wait);
        scene.let_pass();
        scene.grant();
    }
    check_about(scene.charge().wait, 3600);
}

TEST(R24_waits_of_other_limits) {
    struct Wanted {
        std::string_view name;
        AttemptLimits limits;
        std::vector<int> waits;  // behind each failure; 0: none
    };
    const Wanted all[] = {
        {"the first one waits", {.limit = 1}, {30, 60, 120}},
        {"no doubling", {.limit = 2, .wait = {seconds{50}, seconds{50}}}, {0, 50, 50}},
        {"the longest is less than the first", {.limit = 1, .wait = {seconds{50}, seconds{20}}}, {20, 20}},
        {"no multiple of the first", {.limit = 1, .wait = {seconds{30}, seconds{100}}}, {30, 60, 100, 100}},
    };
    for (const auto& [name, limits, waits] : all) {
        const Case at{name};
        Scene scene{limits};
        for (const int wait : waits) {
            scene.grant();
            const auto state = *VALUE(scene.store.find(alices_uuid, code));
            check_about(state.wait, wait);
            CHECK((state.wait > seconds{}) == (wait > 0));
            scene.let_pass();
        }
    }
}

TEST(a_wait_does_not_overflow_after_very_many_failures) {
    for (const int failures : {30, 63, 64, 100, 2'000'000'000}) {
        const Case at{std::to_string(failures)};
        Scene scene{{.cap = 2'100'000'000}};
        scene.set("code", failures, 0);
        CHECK_EQUAL(scene.grant().failures, failures + 1);
        check_about(scene.charge().wait, 3600);
    }
}

TEST(a_wait_is_a_second_at_least) {
    Scene scene;
    scene.set("code", 5, 1);
    const auto charge = scene.charge();
    CHECK(charge.answer == Answer::granted || charge.wait == seconds{1});
}

TEST(R25_behind_the_cap_none_is_looked_at_any_more) {
    Scene scene{{.cap = 7}};
    scene.fail(5);
    for (int i = 0; i < 2; ++i) {
        scene.let_pass();
        scene.grant();
    }
    for (int i = 0; i < 3; ++i) {
        const auto charge = scene.charge();
        CHECK(charge.answer == Answer::closed);
        CHECK_EQUAL(charge.failures, 7);
        scene.let_pass();
    }
}

TEST(R26_a_right_code_begins_the_count_anew) {
    Scene scene;
    scene.fail(5);
    VALUE(scene.store.clear(alices_uuid, code));
    CHECK_EQUAL(scene.rows(), "NULL");
    CHECK_EQUAL(scene.grant().failures, 1);
}

TEST(R29_the_kinds_and_the_users_are_counted_apart) {
    Scene scene{{.limit = 1}};
    scene.grant();
    CHECK(scene.charge().answer == Answer::wait);
    CHECK(scene.charge(recovery).answer == Answer::granted);
    CHECK(scene.charge(recovery).answer == Answer::wait);
    CHECK(scene.charge(code, bobs_uuid).answer == Answer::granted);
    VALUE(scene.store.clear(alices_uuid, recovery));
    CHECK(scene.charge().answer == Answer::wait);
    CHECK(scene.charge(code, bobs_uuid).answer == Answer::wait);
}

TEST(R22_another_node_counts_too) {
    Scene scene{{.limit = 2}};
    Client other{scene.scratch.file, scene.scratch.statements};
    AttemptStore there{other.database, {.limit = 2}};
    scene.grant();
    CHECK_EQUAL(VALUE(there.charge(alices_uuid, code)).failures, 2);
    CHECK(scene.charge().answer == Answer::wait);
    CHECK(VALUE(there.charge(alices_uuid, code)).answer == Answer::wait);
}

// --- refund ---

TEST(one_that_was_not_looked_at_is_taken_back) {
    Scene scene;
    VALUE(scene.store.refund(alices_uuid, code, scene.grant()));
    CHECK_EQUAL(scene.rows(), "NULL");
    scene.fail(4);
    for (int i = 0; i < 3; ++i) VALUE(scene.store.refund(alices_uuid, code, scene.grant()));
    CHECK_EQUAL(scene.rows(), "code 4");
    scene.grant();
    CHECK(scene.charge().answer == Answer::wait);
}

TEST(one_that_is_taken_back_behind_a_wait_opens_it_again) {
    Scene scene;
    scene.fail(5);
    scene.let_pass();
    VALUE(scene.store.refund(alices_uuid, code, scene.grant()));
    CHECK_EQUAL(scene.grant().failures, 6);
    check_about(scene.charge().wait, 60);
}

TEST(one_that_is_taken_back_after_another_failure_ends_no_wait) {
    Scene scene;
    scene.fail(3);
    const auto early = scene.grant();
    scene.grant();
    VALUE(scene.store.refund(alices_uuid, code, early));
    CHECK_EQUAL(scene.rows(), "code 4");
    CHECK(scene.charge().answer == Answer::wait);
}

TEST(those_that_were_not_looked_at_are_taken_back_in_any_order) {
    Scene scene;
    scene.fail(2);
    const Charge charges[] = {scene.grant(), scene.grant(), scene.grant()};
    CHECK(scene.charge().answer == Answer::wait);
    for (const auto& charge : charges) VALUE(scene.store.refund(alices_uuid, code, charge));
    CHECK_EQUAL(scene.rows(), "code 2");
    CHECK_EQUAL(scene.grant().failures, 3);
}

TEST(R26_one_that_was_cleared_meanwhile_takes_back_no_later_one) {
    Scene scene;
    scene.fail(2);
    const auto early = scene.grant();
    VALUE(scene.store.clear(alices_uuid, code));
    scene.fail(4);
    VALUE(scene.store.refund(alices_uuid, code, early));
    CHECK_EQUAL(scene.rows(), "code 4");
}

TEST(what_was_not_granted_takes_nothing_back) {
    Scene scene;
    scene.fail(5);
    VALUE(scene.store.refund(alices_uuid, code, scene.charge()));
    CHECK_EQUAL(scene.rows(), "code 5");
    CHECK(scene.charge().answer == Answer::wait);
}

// --- at the same time ---

Result<bool> is_granted(Database& database) {
    auto charge = AttemptStore{database, usual}.charge(alices_uuid, code);
    if (!charge) return charge.error();
    return charge->answer == Answer::granted;
}

TEST(R23_of_24_at_a_time_exactly_the_limit_is_looked_at) {
    Scene scene;
    CHECK_EQUAL(winners_of(24, scene.scratch, is_granted), 5);
    CHECK_EQUAL(scene.rows(), "code 5");
}

TEST(R23_of_24_at_a_time_behind_a_wait_one_is_looked_at) {
    Scene scene;
    scene.set("code", 9, -1);
    CHECK_EQUAL(winners_of(24, scene.scratch, is_granted), 1);
    CHECK_EQUAL(scene.rows(), "code 10");
}

TEST(R25_of_24_at_a_time_none_is_looked_at_behind_the_cap) {
    Scene scene;
    scene.set("code", 100, -1);
    CHECK_EQUAL(winners_of(24, scene.scratch, is_granted), 0);
}

// --- what an administrator sees and does ---

TEST(an_administrator_sees_failures_waits_and_what_is_closed) {
    Scene scene;
    CHECK(!VALUE(scene.store.find(alices_uuid, code)));
    scene.set("code", 7, 50);
    scene.set("recovery", 100, -50);
    const auto codes = *VALUE(scene.store.find(alices_uuid, code));
    CHECK_EQUAL(codes.failures, 7);
    check_about(codes.wait, 50);
    CHECK(!codes.closed);
    const auto recoveries = *VALUE(scene.store.find(alices_uuid, recovery));
    CHECK(recoveries.closed && recoveries.wait == seconds{});
}

TEST(R28_an_administrator_ends_the_waits_of_both_kinds) {
    Scene scene;
    scene.set("code", 7, 50);
    scene.set("recovery", 6, 500);
    scene.charge(code, bobs_uuid);
    VALUE(scene.store.unlock(alices_uuid));
    CHECK_EQUAL(scene.rows(), "code 1");
    CHECK_EQUAL(scene.grant().failures, 1);
}

TEST(R25_an_administrator_does_not_open_what_is_closed) {
    Scene scene;
    scene.set("code", 100, 50);
    scene.set("recovery", 99, 50);
    VALUE(scene.store.unlock(alices_uuid));
    CHECK_EQUAL(scene.rows(), "code 100");
    CHECK(scene.charge().answer == Answer::closed);
}

TEST(R76_a_uuid_is_taken_literally) {
    for (const auto text : injections) {
        const Case at{text};
        Scene scene;
        scene.fail(1);
        CHECK_EQUAL(scene.charge(code, text).failures, 1);
        VALUE(scene.store.unlock(text));
        CHECK_EQUAL(scene.rows(), "code 1");
    }
}

TEST(R84_a_database_that_fails_is_an_error_and_never_a_grant) {
    Scene scene;
    scene.scratch.run("DROP TABLE uzmfa_attempt");
    CHECK(ERROR_OF(scene.store.charge(alices_uuid, code)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.refund(alices_uuid, code, {Answer::granted, {}, 1, {}})).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.clear(alices_uuid, code)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.find(alices_uuid, code)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.unlock(alices_uuid)).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
