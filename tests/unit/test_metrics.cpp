// SPDX-License-Identifier: Apache-2.0
#include "core/metrics.hpp"
#include "test.hpp"

#include <thread>
#include <vector>

namespace uzmfa::test {
namespace {

using std::chrono::microseconds;

constexpr std::size_t all = Histogram::bounds.size();

TEST(a_duration_counts_for_its_bound_and_all_longer_ones) {
    Histogram histogram{};
    histogram.observe(microseconds{5'000});  // a bound is its own
    histogram.observe(microseconds{5'001});
    histogram.observe(microseconds{60'000'000});
    CHECK_EQUAL(histogram.count_up_to(0), 1u);
    CHECK_EQUAL(histogram.count_up_to(1), 2u);
    CHECK_EQUAL(histogram.count_up_to(all - 1), 2u);
    CHECK_EQUAL(histogram.count_up_to(all), 3u);
    CHECK(histogram.seconds_in_all() > 60.01 && histogram.seconds_in_all() < 60.0101);
}

TEST(a_clock_that_goes_backwards_does_no_harm) {
    Histogram histogram{};
    histogram.observe(microseconds{-1});
    CHECK_EQUAL(histogram.count_up_to(0), 1u);
    CHECK(histogram.seconds_in_all() == 0);
}

TEST(what_many_count_at_once_is_counted_once_each) {
    Counter counter{};
    Histogram histogram{};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 10'000; ++n) {
                counter.add();
                const Stopwatch watch{histogram};
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK_EQUAL(counter.value(), 40'000u);
    CHECK_EQUAL(histogram.count_up_to(all), 40'000u);
}

}  // namespace
}  // namespace uzmfa::test
