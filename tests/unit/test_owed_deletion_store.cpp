// SPDX-License-Identifier: Apache-2.0
#include "scratch_database.hpp"
#include "store/owed_deletion_store.hpp"


namespace uzmfa::test {
namespace {

using twilio::OwedDeletion;

const OwedDeletion factor{std::string{alices_uuid}, "YF00000000000000000000000000000001"};
const OwedDeletion entity{std::string{alices_uuid}, ""};
const OwedDeletion bobs{std::string{bobs_uuid}, ""};

std::vector<std::string> names_of(const std::vector<OwedDeletion>& deletions) {
    std::vector<std::string> names;
    for (const auto& [uuid, sid, owed_at, tries] : deletions) {
        names.push_back((uuid == alices_uuid ? "alice " : "bob ") + (sid.empty() ? "entity" : sid.substr(0, 2)));
    }
    return names;
}

using Names = std::vector<std::string>;

struct Scene {
    ScratchDatabase scratch;
    OwedDeletionStore store{scratch.database()};

    void owe(const OwedDeletion& deletion) { VALUE(store.owe(deletion.uuid, deletion.sid)); }
    Names due() { return names_of(VALUE(store.due())); }
    // So many seconds go by.
    void pass(int by) {
        const auto text = std::to_string(by);
        scratch.run("UPDATE uzmfa_owed_deletion SET owed_at = owed_at - " + text + ", due_at = due_at - " + text +
                    ", claimed_until = claimed_until - " + text);
    }
};

TEST(what_is_owed_is_due_at_once) {
    Scene scene;
    CHECK(VALUE(scene.store.due()).empty());
    const auto before = unix_now();
    scene.owe(factor);
    const auto due = VALUE(scene.store.due());
    CHECK_EQUAL(due.size(), 1);
    CHECK_EQUAL(due[0].uuid, factor.uuid);
    CHECK_EQUAL(due[0].sid, factor.sid);
    CHECK_EQUAL(due[0].tries, 0);
    CHECK(unix_time(due[0].owed_at) >= before && unix_time(due[0].owed_at) <= unix_now());
}

TEST(a_factor_and_the_entity_are_owed_apart_and_each_once) {
    Scene scene;
    for (int i = 0; i < 2; ++i) {
        for (const auto& deletion : {factor, entity, bobs}) scene.owe(deletion);
    }
    CHECK_EQUAL(scene.scratch.row("SELECT count(*) FROM uzmfa_owed_deletion"), "3");
    CHECK_EQUAL(names_of(VALUE(scene.store.of(alices_uuid))), (Names{"alice entity", "alice YF"}));
    CHECK_EQUAL(names_of(VALUE(scene.store.of(bobs_uuid))), Names{"bob entity"});
    CHECK(VALUE(scene.store.of("33333333-3333-4333-8333-333333333333")).empty());
    CHECK_EQUAL(VALUE(scene.store.all()).size(), 3);
}

TEST(a_deletion_is_claimed_by_one_caller) {
    Scene scene;
    scene.owe(factor);
    scene.owe(entity);
    CHECK(VALUE(scene.store.claim(factor)));
    CHECK(!VALUE(scene.store.claim(factor)));
    Client other{scene.scratch.file, scene.scratch.statements};
    CHECK(!VALUE(OwedDeletionStore{other.database}.claim(factor)));
    CHECK(VALUE(OwedDeletionStore{other.database}.claim(entity)));
    CHECK(scene.due().empty());
    CHECK_EQUAL(VALUE(scene.store.of(alices_uuid)).size(), 2);
}

TEST(of_20_at_a_time_one_claims_it) {
    Scene scene;
    scene.owe(factor);
    CHECK_EQUAL(winners_of(20, scene.scratch, [](Database& database) { return OwedDeletionStore{database}.claim(factor); }), 1);
    CHECK_EQUAL(VALUE(scene.store.of(alices_uuid))[0].tries, 1);
}

TEST(what_is_not_owed_is_claimed_by_nobody) {
    Scene scene;
    scene.owe(factor);
    CHECK(!VALUE(scene.store.claim(entity)));
    CHECK(!VALUE(scene.store.claim({std::string{bobs_uuid}, factor.sid})));
}

TEST(a_claim_whose_holder_died_ends_after_a_minute) {
    Scene scene;
    scene.owe(factor);
    CHECK(VALUE(scene.store.claim(factor)));
    scene.pass(55);
    CHECK(!VALUE(scene.store.claim(factor)));
    CHECK(scene.due().empty());
    scene.pass(6);
    CHECK_EQUAL(scene.due(), Names{"alice YF"});
    CHECK(VALUE(scene.store.claim(factor)));
    CHECK_EQUAL(VALUE(scene.store.of(alices_uuid))[0].tries, 2);
}

TEST(what_was_not_done_can_be_claimed_again_at_once_but_is_due_later_each_time) {
    Scene scene;
    scene.owe(factor);
    for (int tries = 1; tries <= 14; ++tries) {
        const Case at{std::to_string(tries)};
        const int later = tries <= 10 ? 30 * tries : 3600;
        CHECK(VALUE(scene.store.claim(factor)));
        VALUE(scene.store.release(factor));
        CHECK(scene.due().empty());
        scene.pass(later - 3);
        CHECK(scene.due().empty());
        scene.pass(3);
        const auto due = VALUE(scene.store.due());
        CHECK_EQUAL(due.size(), 1);
        CHECK_EQUAL(due[0].tries, tries);
    }
    CHECK(VALUE(scene.store.claim(factor)));
    VALUE(scene.store.release(factor));
    CHECK(VALUE(scene.store.claim(factor)));  // by an enrollment, which cannot wait
}

TEST(what_is_done_is_owed_no_more) {
    Scene scene;
    for (const auto& deletion : {factor, entity, bobs}) scene.owe(deletion);
    CHECK(VALUE(scene.store.claim(entity)));
    VALUE(scene.store.settle(entity));
    CHECK_EQUAL(names_of(VALUE(scene.store.of(alices_uuid))), Names{"alice YF"});
    CHECK_EQUAL(names_of(VALUE(scene.store.of(bobs_uuid))), Names{"bob entity"});
    CHECK(!VALUE(scene.store.claim(entity)));
    VALUE(scene.store.settle(entity));
    VALUE(scene.store.release(entity));
}

TEST(what_is_owed_again_is_due_at_once_and_stays_claimed) {
    Scene scene;
    scene.owe(factor);
    CHECK(VALUE(scene.store.claim(factor)));
    VALUE(scene.store.release(factor));
    CHECK(scene.due().empty());
    scene.owe(factor);
    CHECK_EQUAL(scene.due(), Names{"alice YF"});

    CHECK(VALUE(scene.store.claim(factor)));
    scene.owe(factor);
    CHECK(!VALUE(scene.store.claim(factor)));
    CHECK(scene.due().empty());
}

TEST(a_few_are_due_at_a_time_the_oldest_first) {
    Scene scene;
    for (int i = 0; i < 12; ++i) {
        scene.owe({std::string{bobs_uuid}, "YF" + std::to_string(i)});
        scene.pass(10);
    }
    const auto due = VALUE(scene.store.due());
    CHECK_EQUAL(due.size(), 8);
    CHECK_EQUAL(due.front().sid, "YF0");
    CHECK_EQUAL(due.back().sid, "YF7");
    CHECK_EQUAL(VALUE(scene.store.all()).size(), 12);
}

TEST(R76_texts_of_a_deletion_are_taken_literally) {
    for (const auto text : injections) {
        const Case at{text};
        Scene scene;
        scene.owe(factor);
        const OwedDeletion odd{std::string{text}, std::string{text}};
        scene.owe(odd);
        CHECK_EQUAL(VALUE(scene.store.of(text)).size(), 1);
        CHECK(VALUE(scene.store.claim(odd)));
        VALUE(scene.store.release(odd));
        VALUE(scene.store.settle(odd));
        CHECK_EQUAL(scene.due(), Names{"alice YF"});
    }
}

TEST(R84_a_database_that_fails_is_an_error) {
    Scene scene;
    scene.scratch.run("DROP TABLE uzmfa_owed_deletion");
    CHECK(ERROR_OF(scene.store.owe(factor.uuid, factor.sid)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.due()).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.of(alices_uuid)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.all()).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.claim(factor)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.release(factor)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.settle(factor)).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
