// SPDX-License-Identifier: Apache-2.0
#include "core/password_slots.hpp"
#include "test.hpp"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

namespace uzmfa::test {
namespace {

constexpr seconds now{1'000'000};
constexpr std::uint32_t me = 100, other = 200, dead = 300;

bool is_gone(std::uint32_t process) { return process == dead; }

struct Free {
    void operator()(PasswordSlots* slots) const { std::free(slots); }
};
using Slots = std::unique_ptr<PasswordSlots, Free>;

// As shared memory is: zeroed, and nobody's constructor ran.
Slots zeroed_slots() { return Slots{static_cast<PasswordSlots*>(std::calloc(1, sizeof(PasswordSlots)))}; }

auto take(const Slots& slots, std::size_t count, std::uint32_t process = me, seconds at = now) {
    return slots->take(count, process, at, is_gone);
}

TEST(one_processor_is_left_to_others) {
    for (const auto& [processors, slots] : {std::pair{0, 1}, {1, 1}, {2, 1}, {3, 2}, {8, 7}, {33, 32}, {34, 32}, {256, 32}}) {
        const Case at{std::to_string(processors)};
        CHECK_EQUAL(PasswordSlots::count_on(static_cast<std::size_t>(processors)), slots);
    }
}

TEST(no_more_are_given_than_there_are) {
    for (const std::size_t count : {std::size_t{1}, std::size_t{3}, PasswordSlots::most}) {
        const Case at{std::to_string(count)};
        const auto slots = zeroed_slots();
        for (std::size_t i = 0; i < count; ++i) CHECK(take(slots, count).has_value());
        CHECK(!take(slots, count));
        CHECK(!take(slots, count, other));
    }
    const auto slots = zeroed_slots();
    for (std::size_t i = 0; i < PasswordSlots::most; ++i) CHECK(take(slots, 1000).has_value());
    CHECK(!take(slots, 1000));
}

TEST(what_is_given_back_is_free) {
    const auto slots = zeroed_slots();
    const auto first = take(slots, 2), second = take(slots, 2);
    CHECK(!take(slots, 2));
    slots->give_back(*first);
    const auto third = take(slots, 2, other);
    CHECK(third.has_value());
    CHECK(!take(slots, 2));
    slots->give_back(*second);
    slots->give_back(*third);
    CHECK(take(slots, 2) && take(slots, 2));
}

TEST(a_process_that_is_gone_holds_nothing) {
    const auto slots = zeroed_slots();
    CHECK(take(slots, 2, dead) && take(slots, 2, other));
    CHECK(take(slots, 2).has_value());
    CHECK(!take(slots, 2));
}

TEST(what_is_held_for_too_long_is_free_and_cannot_be_given_back) {
    const auto slots = zeroed_slots();
    const auto stale = take(slots, 1, other);
    CHECK(!take(slots, 1, me, now + PasswordSlots::longest_use));
    const auto later = now + PasswordSlots::longest_use + seconds{1};
    const auto mine = take(slots, 1, me, later);
    CHECK(mine.has_value());
    slots->give_back(*stale);
    CHECK(!take(slots, 1, other, later));
    slots->give_back(*mine);
    CHECK(take(slots, 1, other, later).has_value());
}

TEST(a_process_that_read_the_clock_earlier_takes_nothing_away) {
    const auto slots = zeroed_slots();
    CHECK(take(slots, 1, other, now + seconds{1}).has_value());
    CHECK(!take(slots, 1, me, now));
}

TEST(many_at_once_never_hold_more_than_there_are) {
    const auto slots = zeroed_slots();
    constexpr int count = 3, threads = 16, rounds = 2000;
    std::atomic<int> held = 0, most = 0, taken = 0;
    std::vector<std::thread> all;
    for (int i = 0; i < threads; ++i) {
        all.emplace_back([&] {
            for (int round = 0; round < rounds; ++round) {
                const auto turn = take(slots, count);
                if (!turn) continue;
                ++taken;
                const int present = ++held;
                for (int seen = most; seen < present && !most.compare_exchange_weak(seen, present);) continue;
                std::this_thread::yield();
                --held;
                slots->give_back(*turn);
            }
        });
    }
    for (auto& thread : all) thread.join();
    CHECK(taken > 0);
    CHECK(most <= count);
    for (int i = 0; i < count; ++i) CHECK(take(slots, count).has_value());
}

}  // namespace
}  // namespace uzmfa::test
