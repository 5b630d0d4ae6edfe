// SPDX-License-Identifier: Apache-2.0
#include "net/circuit_breaker.hpp"
#include "test.hpp"

#include <atomic>
#include <barrier>
#include <cstring>
#include <thread>

namespace uzmfa::test {
namespace {

using State = CircuitBreaker::State;

constexpr milliseconds start{1'000'000};

// As shared memory is: zeroed, and nobody's constructor ran.
class Zeroed {
public:
    Zeroed() { std::memset(memory_, 0, sizeof memory_); }
    CircuitBreaker& operator*() { return *reinterpret_cast<CircuitBreaker*>(memory_); }
    CircuitBreaker* operator->() { return &**this; }

private:
    alignas(CircuitBreaker) unsigned char memory_[sizeof(CircuitBreaker)];
};

void open(CircuitBreaker& breaker, milliseconds now = start) {
    for (int i = 0; i < 5; ++i) breaker.failed(now);
}

bool lets_through(CircuitBreaker& breaker, milliseconds now) { return !breaker.wait_before_call(now); }

TEST(zeroed_memory_is_a_closed_breaker) {
    Zeroed breaker;
    CHECK_EQUAL(breaker->state(), State::closed);
    CHECK(lets_through(*breaker, start));
    CHECK(lets_through(*breaker, milliseconds{0}));
}

TEST(five_events_in_a_row_open_it) {
    Zeroed breaker;
    for (int i = 0; i < 4; ++i) {
        breaker->failed(start);
        CHECK(lets_through(*breaker, start));
    }
    breaker->failed(start);
    CHECK_EQUAL(breaker->state(), State::open);
    CHECK_EQUAL(breaker->wait_before_call(start)->count(), 5000);
    CHECK_EQUAL(breaker->wait_before_call(start + milliseconds{4999})->count(), 1);
}

TEST(a_success_between_failures_starts_the_count_anew) {
    Zeroed breaker;
    for (int i = 0; i < 4; ++i) breaker->failed(start);
    breaker->succeeded();
    for (int i = 0; i < 4; ++i) breaker->failed(start);
    CHECK_EQUAL(breaker->state(), State::closed);
}

TEST(after_the_pause_one_caller_is_the_probe_and_its_success_closes) {
    Zeroed breaker;
    open(*breaker);
    const auto after = start + seconds{5};
    CHECK(lets_through(*breaker, after));
    CHECK_EQUAL(breaker->state(), State::probing);
    CHECK(!lets_through(*breaker, after));
    breaker->succeeded();
    CHECK_EQUAL(breaker->state(), State::closed);
    CHECK(lets_through(*breaker, after));
    CHECK(lets_through(*breaker, after));
}

TEST(each_failed_probe_doubles_the_pause_up_to_a_minute) {
    Zeroed breaker;
    open(*breaker);
    auto now = start + seconds{5};
    for (const int pause : {10, 20, 40, 60, 60, 60}) {
        CHECK(lets_through(*breaker, now));
        breaker->failed(now);
        CHECK_EQUAL(breaker->state(), State::open);
        CHECK_EQUAL(breaker->wait_before_call(now)->count(), pause * 1000);
        now += seconds{pause};
    }
    CHECK(lets_through(*breaker, now));
    breaker->succeeded();
    open(*breaker, now);
    CHECK_EQUAL(breaker->wait_before_call(now)->count(), 5000);
}

TEST(a_late_failure_does_not_prolong_the_pause) {
    Zeroed breaker;
    open(*breaker);
    breaker->failed(start + seconds{4});
    CHECK_EQUAL(breaker->wait_before_call(start + seconds{4})->count(), 1000);
    breaker->failed(start + seconds{6});
    CHECK(lets_through(*breaker, start + seconds{6}));
}

TEST(a_late_success_closes_it) {
    Zeroed breaker;
    open(*breaker);
    breaker->succeeded();
    CHECK_EQUAL(breaker->state(), State::closed);
}

TEST(a_probe_that_died_is_replaced_after_its_lease) {
    Zeroed breaker;
    open(*breaker);
    const auto probe = start + seconds{5};
    CHECK(lets_through(*breaker, probe));
    CHECK(!lets_through(*breaker, probe + milliseconds{14'999}));
    CHECK(lets_through(*breaker, probe + seconds{15}));
    CHECK(!lets_through(*breaker, probe + seconds{15}));
}

TEST(of_threads_that_hammer_it_exactly_one_is_the_probe) {
    constexpr int threads = 8;
    constexpr int rounds = 500;
    Zeroed breaker;
    std::atomic<int> probes = 0;
    std::vector<int> seen(rounds);
    milliseconds now = start;
    open(*breaker, now);
    std::barrier at_once{threads};
    std::barrier done{threads, [&, round = 0]() mutable noexcept {
                          seen[static_cast<std::size_t>(round++)] = probes.exchange(0);
                          breaker->failed(now);  // the probe's
                          now += seconds{60};
                      }};
    now += seconds{60};
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t) {
        running.emplace_back([&] {
            for (int round = 0; round < rounds; ++round) {
                at_once.arrive_and_wait();
                for (int i = 0; i < 20; ++i) probes += lets_through(*breaker, now) ? 1 : 0;
                done.arrive_and_wait();
            }
        });
    }
    for (auto& thread : running) thread.join();
    for (const int count : seen) CHECK_EQUAL(count, 1);
}

TEST(failures_of_threads_at_once_are_counted) {
    for (int round = 0; round < 100; ++round) {
        Zeroed breaker;
        std::vector<std::thread> running;
        for (int t = 0; t < 5; ++t) running.emplace_back([&] { breaker->failed(start); });
        for (auto& thread : running) thread.join();
        CHECK_EQUAL(breaker->state(), State::open);
    }
}

}  // namespace
}  // namespace uzmfa::test
