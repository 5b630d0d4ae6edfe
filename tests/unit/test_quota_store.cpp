// SPDX-License-Identifier: Apache-2.0
#include "scratch_database.hpp"
#include "store/quota_store.hpp"

namespace uzmfa::test {
namespace {

using std::chrono::hours;
using twilio::Limit;

constexpr Limit hour_and_day[] = {{49, hours{1}}, {99, hours{24}}};
constexpr Limit three[] = {{3, hours{1}}};

struct Scene {
    ScratchDatabase scratch;
    QuotaStore store{scratch.database()};

    std::optional<seconds> take(std::string_view name, std::span<const Limit> limits = hour_and_day) {
        return VALUE(store.take(name, alices_uuid, limits));
    }
    // Uses as they are in the table, without taking them one by one.
    void add(std::string_view name, int count, int age) {
        scratch.run("INSERT INTO uzmfa_quota_use (name, number, used_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                    " FROM n WHERE i < " + std::to_string(count) + ") SELECT " + ScratchDatabase::literal(name) +
                    ", i + (SELECT coalesce(max(number), 0) FROM uzmfa_quota_use WHERE name = " + ScratchDatabase::literal(name) +
                    "), CAST(strftime('%s', 'now') AS integer) - " + std::to_string(age) + " FROM n");
    }
    std::string used(std::string_view name) {
        return scratch.row("SELECT count(*) FROM uzmfa_quota_use WHERE name = " + ScratchDatabase::literal(name));
    }
};

// The database's clock may have gone on by a second or two.
void check_about(const std::optional<seconds>& wait, std::int64_t expected) {
    CHECK(wait.has_value());
    const Case at{std::to_string(wait->count())};
    CHECK(wait->count() <= expected && wait->count() >= expected - 5);
}

TEST(R31_of_an_hour_49_are_taken_and_the_next_waits) {
    Scene scene;
    for (int i = 0; i < 49; ++i) CHECK(!scene.take("YF1"));
    check_about(scene.take("YF1"), 3600);
    check_about(scene.take("YF1"), 3600);
    CHECK_EQUAL(scene.used("YF1"), "49");
}

TEST(R31_of_a_day_99_are_taken_and_the_next_waits) {
    Scene scene;
    scene.add("YF1", 48, 20 * 3600);
    scene.add("YF1", 48, 10 * 3600);
    for (int i = 0; i < 3; ++i) CHECK(!scene.take("YF1"));
    check_about(scene.take("YF1"), 4 * 3600);
    CHECK_EQUAL(scene.used("YF1"), "99");
}

TEST(the_wait_is_until_there_is_room_in_each_window) {
    struct Past {
        int count, age;
    };
    struct Wanted {
        std::string_view name;
        std::vector<Past> past;
        std::int64_t wait;  // 0: there is room
    };
    const Wanted all[] = {
        {"the hour's first is nearly out", {{49, 3500}}, 100},
        {"the hour's first is out", {{49, 3601}}, 0},
        {"one goes at a time", {{1, 3500}, {48, 10}}, 100},
        {"older ones do not count", {{10, 4000}, {49, 1000}}, 2600},
        {"more than there may be", {{30, 3500}, {60, 100}}, 3500},
        {"one below the hour's", {{48, 10}}, 0},
        {"one below the day's", {{50, 5000}, {48, 10}}, 0},
        {"the day's first is nearly out", {{51, 86300}, {48, 5000}}, 100},
        {"both are full: the longer wait", {{50, 86000}, {49, 100}}, 3500},
        {"both are full: the day's wait", {{50, 40000}, {49, 3000}}, 46400},
        {"a day ago", {{99, 86401}}, 0},
    };
    for (const auto& [name, past, wait] : all) {
        const Case at{name};
        Scene scene;
        for (const auto& [count, age] : past) scene.add("YF1", count, age);
        const auto told = scene.take("YF1");
        if (wait == 0) {
            CHECK(!told);
        } else {
            check_about(told, wait);
        }
    }
}

TEST(what_is_a_day_and_a_minute_old_is_purged_of_this_name) {
    Scene scene;
    scene.add("YF1", 99, 86461);
    scene.add("YF1", 2, 80000);
    scene.add("YF2", 3, 86461);
    CHECK(!scene.take("YF1"));
    CHECK_EQUAL(scene.used("YF1"), "3");
    CHECK_EQUAL(scene.used("YF2"), "3");
}

TEST(two_names_are_counted_apart) {
    Scene scene;
    for (int i = 0; i < 3; ++i) CHECK(!scene.take("YF1", three));
    CHECK(scene.take("YF1", three).has_value());
    CHECK(!scene.take("YF2", three));
    CHECK(!scene.take("factors " + std::string{alices_uuid}, three));
    CHECK_EQUAL(scene.used("YF2"), "1");
}

TEST(another_node_counts_too) {
    Scene scene;
    Client other{scene.scratch.file, scene.scratch.statements};
    QuotaStore there{other.database};
    CHECK(!scene.take("YF1", three));
    CHECK(!VALUE(there.take("YF1", alices_uuid, three)));
    CHECK(!scene.take("YF1", three));
    CHECK(VALUE(there.take("YF1", alices_uuid, three)).has_value());
}

TEST(one_that_is_given_back_can_be_taken_again) {
    Scene scene;
    for (int i = 0; i < 3; ++i) CHECK(!scene.take("YF1", three));
    VALUE(scene.store.give_back("YF1"));
    CHECK_EQUAL(scene.used("YF1"), "2");
    CHECK(!scene.take("YF1", three));
    CHECK(scene.take("YF1", three).has_value());
}

TEST(the_latest_is_given_back) {
    Scene scene;
    scene.add("YF1", 2, 3500);
    CHECK(!scene.take("YF1", three));
    VALUE(scene.store.give_back("YF1"));
    CHECK(!scene.take("YF1", three));
    check_about(scene.take("YF1", three), 100);
}

TEST(nothing_is_given_back_of_nothing) {
    Scene scene;
    scene.add("YF2", 1, 0);
    VALUE(scene.store.give_back("YF1"));
    CHECK_EQUAL(scene.used("YF2"), "1");
    CHECK(!scene.take("YF1", three));
    VALUE(scene.store.give_back("YF1"));
    VALUE(scene.store.give_back("YF1"));
    CHECK_EQUAL(scene.used("YF1"), "0");
}

TEST(where_a_limit_is_reached_nothing_is_counted) {
    Scene scene;
    scene.add("YF1", 49, 3590);
    for (int i = 0; i < 5; ++i) CHECK(scene.take("YF1").has_value());
    CHECK_EQUAL(scene.used("YF1"), "49");
}

TEST(R31_of_20_at_a_time_exactly_as_many_get_one_as_there_are) {
    Scene scene;
    scene.add("YF1", 40, 10);
    const auto take = [](Database& database) -> Result<bool> {
        auto wait = QuotaStore{database}.take("YF1", alices_uuid, hour_and_day);
        if (!wait) return wait.error();
        return !*wait;
    };
    CHECK_EQUAL(winners_of(20, scene.scratch, take), 9);
    CHECK_EQUAL(scene.used("YF1"), "49");
}

TEST(R31_of_20_at_a_time_the_first_of_a_name_is_counted_once_each) {
    Scene scene;
    const auto take = [](Database& database) -> Result<bool> {
        auto wait = QuotaStore{database}.take("YF1", alices_uuid, three);
        if (!wait) return wait.error();
        return !*wait;
    };
    CHECK_EQUAL(winners_of(20, scene.scratch, take), 3);
}

TEST(R76_a_name_is_taken_literally) {
    for (const auto text : injections) {
        const Case at{text};
        Scene scene;
        CHECK(!VALUE(scene.store.take(text, text, three)));
        CHECK_EQUAL(scene.used(text), "1");
        VALUE(scene.store.give_back(text));
        CHECK_EQUAL(scene.used(text), "0");
    }
}

TEST(R84_a_database_that_fails_is_an_error_and_never_room) {
    for (const std::string table : {"uzmfa_quota", "uzmfa_quota_use"}) {
        const Case at{table};
        Scene scene;
        scene.scratch.run("DROP TABLE " + table);
        CHECK(ERROR_OF(scene.store.take("YF1", alices_uuid, three)).kind == ErrorKind::unavailable);
    }
    Scene scene;
    scene.scratch.run("DROP TABLE uzmfa_quota_use");
    CHECK(ERROR_OF(scene.store.give_back("YF1")).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
