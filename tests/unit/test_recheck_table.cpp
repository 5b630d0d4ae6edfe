// SPDX-License-Identifier: Apache-2.0
#include "core/recheck_table.hpp"
#include "test.hpp"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

namespace uzmfa::test {
namespace {

constexpr Moment now = from_unix_time(1'700'000'000);

struct Free {
    void operator()(RecheckTable* table) const { std::free(table); }
};
using Table = std::unique_ptr<RecheckTable, Free>;

// As shared memory is: zeroed, and nobody's constructor ran.
Table zeroed_table() { return Table{static_cast<RecheckTable*>(std::calloc(1, sizeof(RecheckTable)))}; }

// `place` chooses the slot, `mark` tells sessions apart.
SessionId id_of(std::uint32_t mark, std::uint32_t place) {
    SessionId id{};
    std::memcpy(id.data(), &mark, sizeof mark);
    std::memcpy(id.data() + sizeof mark, &place, sizeof place);
    return id;
}

TEST(a_session_that_was_never_compared_is_not_known) {
    CHECK_EQUAL(zeroed_table()->checked_at(id_of(0, 0)), Moment{});
    CHECK_EQUAL(zeroed_table()->checked_at(id_of(7, 7)), Moment{});
}

TEST(a_comparison_is_remembered_and_a_later_one_takes_its_place) {
    const auto table = zeroed_table();
    table->note(id_of(1, 5), now);
    CHECK_EQUAL(table->checked_at(id_of(1, 5)), now);
    CHECK_EQUAL(table->checked_at(id_of(2, 5)), Moment{});
    table->note(id_of(1, 5), now + seconds{30});
    CHECK_EQUAL(table->checked_at(id_of(1, 5)), now + seconds{30});
}

TEST(sessions_that_were_compared_of_late_are_counted) {
    const auto table = zeroed_table();
    CHECK_EQUAL(table->count_since(now), 0);
    for (std::uint32_t mark = 1; mark <= 3; ++mark) table->note(id_of(mark, mark), now + seconds{mark});
    CHECK_EQUAL(table->count_since(now), 3);
    CHECK_EQUAL(table->count_since(now + seconds{3}), 1);
    CHECK_EQUAL(table->count_since(now + seconds{4}), 0);
}

TEST(where_there_is_no_room_the_oldest_is_forgotten) {
    const auto table = zeroed_table();
    for (std::uint32_t mark = 1; mark <= 8; ++mark) table->note(id_of(mark, 5), now + seconds{mark});
    for (std::uint32_t mark = 1; mark <= 8; ++mark) CHECK_EQUAL(table->checked_at(id_of(mark, 5)), now + seconds{mark});
    table->note(id_of(9, 5), now + seconds{9});
    CHECK_EQUAL(table->checked_at(id_of(9, 5)), now + seconds{9});
    CHECK_EQUAL(table->checked_at(id_of(1, 5)), Moment{});
    CHECK_EQUAL(table->checked_at(id_of(2, 5)), now + seconds{2});
}

TEST(the_end_of_the_table_goes_on_at_its_beginning) {
    const auto table = zeroed_table();
    constexpr auto last = static_cast<std::uint32_t>(RecheckTable::slot_count - 1);
    for (std::uint32_t mark = 1; mark <= 8; ++mark) table->note(id_of(mark, last), now);
    for (std::uint32_t mark = 1; mark <= 8; ++mark) CHECK_EQUAL(table->checked_at(id_of(mark, last)), now);
}

TEST(R110_one_of_many_compares_a_session_until_it_is_done_or_seems_dead) {
    const auto table = zeroed_table();
    for (const seconds at : {seconds{0}, seconds{1}, seconds{6}}) {
        if (at == seconds{1}) table->release(id_of(1, 5));
        std::atomic<int> claimed = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] {
                if (table->claim(id_of(1, 5), now + at)) ++claimed;
            });
        }
        for (auto& thread : threads) thread.join();
        CHECK_EQUAL(claimed.load(), 1);
    }
}

TEST(another_session_in_the_same_slot_is_compared_too) {
    const auto table = zeroed_table();
    CHECK(table->claim(id_of(1, 5), now));
    CHECK(table->claim(id_of(2, 5), now));
    table->release(id_of(1, 5));
    CHECK(!table->claim(id_of(2, 5), now + seconds{1}));
}

}  // namespace
}  // namespace uzmfa::test
