// SPDX-License-Identifier: Apache-2.0
#include "scratch_database.hpp"
#include "store/temporary_code_store.hpp"

namespace uzmfa::test {
namespace {

using std::chrono::hours;

constexpr std::string_view a_code = "AAAABBBBCCCC";
constexpr std::string_view another = "DDDDEEEEFFFF";

struct Scene {
    ScratchDatabase scratch;
    TemporaryCodeStore store{scratch.database()};

    Scene() { put(a_code); }
    void put(std::string_view code, seconds lifetime = hours{4}) { VALUE(store.put(alices_uuid, code, lifetime, "helen")); }
    bool spend(std::string_view code, std::string_view uuid = alices_uuid) { return VALUE(store.spend(uuid, code)); }
};

TEST(R53_a_code_is_right_once) {
    Scene scene;
    CHECK(!scene.spend(another));
    CHECK(!scene.spend(a_code, bobs_uuid));
    CHECK(scene.spend(a_code));
    CHECK(!scene.spend(a_code));
}

TEST(R53_a_code_is_right_for_its_life_only) {
    for (const auto& [life, is_right] : {std::pair{-1, false}, {0, false}, {5, true}}) {
        const Case at{std::to_string(life)};
        Scene scene;
        scene.put(a_code, seconds{life});
        CHECK_EQUAL(VALUE(scene.store.find(alices_uuid)).has_value(), is_right);
        CHECK_EQUAL(scene.spend(a_code), is_right);
    }
}

TEST(a_new_code_ends_the_one_before) {
    Scene scene;
    scene.put(another);
    CHECK(!scene.spend(a_code));
    CHECK(scene.spend(another));
}

TEST(an_administrator_sees_how_long_it_lives_and_who_made_it) {
    Scene scene;
    const auto found = *VALUE(scene.store.find(alices_uuid));
    const auto left = unix_time(found.expires_at) - unix_now();
    CHECK(left <= 4 * 3600 && left > 4 * 3600 - 5);
    CHECK_EQUAL(found.made_by, "helen");
    CHECK(!VALUE(scene.store.find(bobs_uuid)));
}

TEST(R53_no_code_is_in_the_table) {
    Scene scene;
    CHECK_EQUAL(scene.scratch.row("SELECT length(digest), length(salt), digest || salt LIKE '%AAAA%' FROM uzmfa_temporary_code"),
                "64|32|0");
}

TEST(R53_of_many_at_once_one_spends_it) {
    Scene scene;
    CHECK_EQUAL(
        winners_of(16, scene.scratch, [](Database& database) { return TemporaryCodeStore{database}.spend(alices_uuid, a_code); }),
        1);
}

TEST(R76_a_code_is_taken_literally) {
    for (const auto text : injections) {
        const Case at{text};
        Scene scene;
        CHECK(!scene.spend(text));
        VALUE(scene.store.put(text, text, hours{1}, text));
        CHECK_EQUAL(VALUE(scene.store.find(text))->made_by, text);
        CHECK(scene.spend(text, text));
        CHECK(scene.spend(a_code));
    }
}

TEST(R84_a_database_that_fails_is_an_error_and_never_a_right_code) {
    Scene scene;
    scene.scratch.run("DROP TABLE uzmfa_temporary_code");
    CHECK(ERROR_OF(scene.store.put(alices_uuid, a_code, hours{1}, "")).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.spend(alices_uuid, a_code)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.find(alices_uuid)).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
