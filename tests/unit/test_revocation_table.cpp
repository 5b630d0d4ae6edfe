// SPDX-License-Identifier: Apache-2.0
#include "core/revocation_table.hpp"
#include "test.hpp"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

namespace uzmfa::test {
namespace {

constexpr Moment now = from_unix_time(1'700'000'000);
constexpr Moment later = now + seconds{3600};
constexpr std::size_t longest_probe = 64;  // as the table has it
constexpr std::uint64_t realm = 77;
constexpr Uuid alices{1, 2, 3};
constexpr Uuid bobs{3, 2, 1};

struct Free {
    void operator()(RevocationTable* table) const { std::free(table); }
};
using Table = std::unique_ptr<RevocationTable, Free>;

// As shared memory is: zeroed, and nobody's constructor ran.
Table zeroed_table() { return Table{static_cast<RevocationTable*>(std::calloc(1, sizeof(RevocationTable)))}; }

// A session whose first eight bytes, the table's key, are given.
Session session_of(std::uint64_t key, Moment signed_in_at = now) {
    Session session;
    std::memcpy(session.id.data(), &key, sizeof key);
    session.user = *UserName::of("alice");
    session.signed_in_at = signed_in_at;
    return session;
}

void add(RevocationTable& table, std::uint64_t key, Moment until = later, Moment at = now) {
    table.add(session_of(key).id, user_key(realm, alices), until, at);
}

bool contains(const RevocationTable& table, std::uint64_t key) { return table.contains(session_of(key), realm); }

Session session_of_epoch(std::uint32_t epoch, const Uuid& uuid = alices, std::uint32_t site_epoch = 0) {
    auto session = session_of(~0ull);
    session.mark = {.uuid = uuid, .password = {}, .epoch = epoch, .site_epoch = site_epoch};
    return session;
}

TEST(a_fresh_table_has_revoked_nobody) {
    const auto table = zeroed_table();
    for (const std::uint64_t key : {0ull, 1ull, 2ull, ~0ull}) CHECK(!contains(*table, key));
}

TEST(a_session_that_was_added_is_revoked_and_no_other) {
    const auto table = zeroed_table();
    add(*table, 42);
    CHECK(contains(*table, 42));
    CHECK(!contains(*table, 41));
    CHECK(!contains(*table, 43));
    CHECK(!contains(*table, 42 + RevocationTable::slot_count));
    add(*table, 42);
    CHECK(contains(*table, 42));
}

TEST(sessions_that_were_ended_are_counted_until_they_would_have_ended) {
    const auto table = zeroed_table();
    CHECK_EQUAL(table->count(now), 0);
    add(*table, 41, now + seconds{10});
    add(*table, 42);
    add(*table, 42);
    CHECK_EQUAL(table->count(now), 2);
    CHECK_EQUAL(table->count(now + seconds{11}), 1);
    CHECK_EQUAL(table->count(later + seconds{1}), 0);
}

TEST(an_id_that_begins_with_zeros_can_be_revoked) {
    const auto table = zeroed_table();
    add(*table, 0);
    CHECK(contains(*table, 0));
}

TEST(the_end_of_the_table_goes_on_at_its_beginning) {
    const auto table = zeroed_table();
    constexpr auto last = RevocationTable::slot_count - 1;
    for (std::uint64_t i = 0; i < 10; ++i) add(*table, last + i * RevocationTable::slot_count);
    for (std::uint64_t i = 0; i < 10; ++i) CHECK(contains(*table, last + i * RevocationTable::slot_count));
    CHECK(!contains(*table, last + 10 * RevocationTable::slot_count));
}

TEST(a_hundred_thousand_sessions_have_room) {
    const auto table = zeroed_table();
    const auto key_of = [](std::uint64_t i) { return (i + 1) * 0x9e3779b97f4a7c15u; };
    for (std::uint64_t i = 0; i < 120'000; ++i) add(*table, key_of(i));
    for (std::uint64_t i = 0; i < 120'000; ++i) CHECK(contains(*table, key_of(i)));
    for (std::uint64_t i = 120'000; i < 240'000; ++i) CHECK(!contains(*table, key_of(i)));
    CHECK(table->is_complete(now));
}

TEST(slots_of_sessions_that_have_ended_are_taken_over) {
    const auto table = zeroed_table();
    constexpr auto step = RevocationTable::slot_count;
    for (std::uint64_t i = 0; i < longest_probe; ++i) add(*table, 7 + i * step, now + seconds{10});
    const Moment after = now + seconds{11};
    for (std::uint64_t i = 0; i < longest_probe; ++i) add(*table, 7 + (1000 + i) * step, later, after);
    for (std::uint64_t i = 0; i < longest_probe; ++i) {
        CHECK(contains(*table, 7 + (1000 + i) * step));
        CHECK(!contains(*table, 7 + i * step));
    }
    CHECK(!contains(*table, 8));
}

TEST(a_slot_is_kept_until_the_second_its_session_ends) {
    const auto table = zeroed_table();
    constexpr auto step = RevocationTable::slot_count;
    for (std::uint64_t i = 0; i < longest_probe; ++i) add(*table, 7 + i * step, now + seconds{10});
    add(*table, 7 + 1000 * step, later, now + seconds{10});
    for (std::uint64_t i = 0; i < longest_probe; ++i) CHECK(contains(*table, 7 + i * step));
}

TEST(R84_a_table_without_room_says_so_for_as_long_as_what_it_left_out_matters) {
    const auto table = zeroed_table();
    constexpr auto step = RevocationTable::slot_count;
    for (std::uint64_t i = 0; i < longest_probe; ++i) add(*table, 7 + i * step, later + seconds{1});
    CHECK(table->is_complete(now));
    add(*table, 7 + longest_probe * step, later);
    CHECK(!contains(*table, 7 + longest_probe * step));
    CHECK(!table->is_complete(now));
    CHECK(!table->is_complete(later));
    CHECK(table->is_complete(later + seconds{1}));
}

TEST(R62_a_new_epoch_ends_the_users_sessions_of_earlier_ones_and_no_others) {
    const auto table = zeroed_table();
    table->begin_epoch(user_key(realm, alices), 5, later, now);
    CHECK(table->contains(session_of_epoch(4), realm));
    CHECK(table->contains(session_of_epoch(0), realm));
    CHECK(!table->contains(session_of_epoch(5), realm));
    CHECK(!table->contains(session_of_epoch(6), realm));
    CHECK(!table->contains(session_of_epoch(4, bobs), realm));
    CHECK(!table->contains(session_of_epoch(4), realm + 1));
}

TEST(R62_a_new_epoch_of_everybody_ends_the_sessions_of_all) {
    const auto table = zeroed_table();
    table->begin_epoch(user_key(realm, Uuid{}), 2, later, now);
    CHECK(table->contains(session_of_epoch(9, alices, 1), realm));
    CHECK(table->contains(session_of_epoch(9, bobs, 1), realm));
    CHECK(!table->contains(session_of_epoch(9, bobs, 2), realm));
    CHECK(!table->contains(session_of_epoch(9, bobs, 1), realm + 1));
}

TEST(an_epoch_only_goes_up) {
    const auto table = zeroed_table();
    CHECK(table->begin_epoch(user_key(realm, alices), 5, later, now));
    CHECK(!table->begin_epoch(user_key(realm, alices), 5, later, now));
    CHECK(!table->begin_epoch(user_key(realm, alices), 3, later, now));
    CHECK(table->contains(session_of_epoch(4), realm));
    CHECK(table->begin_epoch(user_key(realm, alices), 6, later, now));
    CHECK(table->contains(session_of_epoch(5), realm));
}

TEST(an_epoch_that_no_session_can_precede_any_more_takes_no_room) {
    const auto table = zeroed_table();
    table->begin_epoch(user_key(realm, alices), 5, now, now);
    CHECK(!table->contains(session_of_epoch(4), realm));
}

TEST(a_new_epoch_makes_room_where_its_users_sessions_were) {
    const auto table = zeroed_table();
    constexpr auto step = RevocationTable::slot_count;
    for (std::uint64_t i = 0; i < longest_probe; ++i) add(*table, 7 + i * step);
    CHECK(table->begin_epoch(user_key(realm, alices), 1, later, now));
    table->forget_sessions_of(user_key(realm, alices));
    for (std::uint64_t i = 0; i < longest_probe; ++i) {
        table->add(session_of(7 + (1000 + i) * step).id, user_key(realm, bobs), later, now);
        CHECK(contains(*table, 7 + (1000 + i) * step));
    }
    CHECK(table->is_complete(now));
}

TEST(one_user_cannot_fill_the_table) {
    const auto table = zeroed_table();
    std::uint64_t made = 0;
    for (std::uint32_t epoch = 1; epoch <= 10'000; ++epoch) {
        for (int i = 0; i < 33; ++i) add(*table, ++made * 0x9e3779b97f4a7c15u);
        if (epoch % 100 != 0) continue;
        table->begin_epoch(user_key(realm, alices), epoch, later, now);
        table->forget_sessions_of(user_key(realm, alices));
    }
    CHECK(table->is_complete(now));
}

TEST(threads_that_add_at_once_lose_nothing) {
    const auto table = zeroed_table();
    constexpr std::uint64_t threads = 8;
    constexpr std::uint64_t each = 5000;
    const auto key_of = [](std::uint64_t i) { return (i + 1) * 0x9e3779b97f4a7c15u; };
    std::vector<std::thread> running;
    for (std::uint64_t t = 0; t < threads; ++t) {
        running.emplace_back([&table, &key_of, t] {
            for (std::uint64_t i = 0; i < each; ++i) {
                add(*table, key_of(t * each + i));
                add(*table, key_of(i));  // the same for all threads
                if (!contains(*table, key_of(i))) std::abort();
            }
        });
    }
    for (auto& thread : running) thread.join();
    for (std::uint64_t i = 0; i < threads * each; ++i) CHECK(contains(*table, key_of(i)));
    CHECK(!contains(*table, key_of(threads * each)));
}

TEST(threads_that_take_over_the_same_slots_lose_nothing) {
    for (int round = 0; round < 20; ++round) {
        const auto table = zeroed_table();
        constexpr auto step = RevocationTable::slot_count;
        for (std::uint64_t i = 0; i < longest_probe; ++i) add(*table, 7 + i * step, now + seconds{10});
        std::vector<std::thread> running;
        for (std::uint64_t t = 0; t < 8; ++t) {
            running.emplace_back([&table, t] {
                for (std::uint64_t i = 0; i < 8; ++i) {
                    add(*table, 7 + (1000 + t * 8 + i) * RevocationTable::slot_count, later, now + seconds{11});
                }
            });
        }
        for (auto& thread : running) thread.join();
        for (std::uint64_t i = 0; i < 64; ++i) CHECK(contains(*table, 7 + (1000 + i) * step));
    }
}

}  // namespace
}  // namespace uzmfa::test
