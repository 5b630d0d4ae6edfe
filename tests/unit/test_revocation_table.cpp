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
    table.add(session_of(key).id, until, at);
}

bool contains(const RevocationTable& table, std::uint64_t key) { return table.contains(session_of(key)); }

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
    for (std::uint64_t i = 0; i < 90'000; ++i) add(*table, key_of(i));
    for (std::uint64_t i = 0; i < 90'000; ++i) CHECK(contains(*table, key_of(i)));
    for (std::uint64_t i = 90'000; i < 180'000; ++i) CHECK(!contains(*table, key_of(i)));
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
    CHECK(!table->contains(session_of(8, now)));
}

TEST(a_slot_is_kept_until_the_second_its_session_ends) {
    const auto table = zeroed_table();
    constexpr auto step = RevocationTable::slot_count;
    for (std::uint64_t i = 0; i < longest_probe; ++i) add(*table, 7 + i * step, now + seconds{10});
    add(*table, 7 + 1000 * step, later, now + seconds{10});
    for (std::uint64_t i = 0; i < longest_probe; ++i) CHECK(contains(*table, 7 + i * step));
}

TEST(where_the_table_is_full_everybody_signed_in_so_far_counts_as_revoked) {
    const auto table = zeroed_table();
    constexpr auto step = RevocationTable::slot_count;
    for (std::uint64_t i = 0; i < longest_probe; ++i) add(*table, 7 + i * step);
    CHECK(!contains(*table, 123));
    add(*table, 7 + longest_probe * step, later, now + seconds{5});
    CHECK(contains(*table, 7 + longest_probe * step));
    CHECK(table->contains(session_of(123, now)));
    CHECK(table->contains(session_of(123, now + seconds{5})));
    CHECK(!table->contains(session_of(123, now + seconds{6})));
}

TEST(a_later_overflow_counts_and_an_earlier_one_takes_nothing_back) {
    const auto table = zeroed_table();
    constexpr auto step = RevocationTable::slot_count;
    for (std::uint64_t i = 0; i < longest_probe; ++i) add(*table, 7 + i * step);
    add(*table, 7 + 100 * step, later, now + seconds{20});
    add(*table, 7 + 101 * step, later, now + seconds{10});
    CHECK(table->contains(session_of(1, now + seconds{20})));
    CHECK(!table->contains(session_of(1, now + seconds{21})));
    add(*table, 7 + 102 * step, later, now + seconds{30});
    CHECK(table->contains(session_of(1, now + seconds{30})));
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
