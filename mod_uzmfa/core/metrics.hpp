// SPDX-License-Identifier: Apache-2.0
// Counters in memory that the processes of a node share: zeroed at first, and nobody takes a lock.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace uzmfa {

class Counter {
public:
    void add() { count_.fetch_add(1, std::memory_order_relaxed); }
    std::uint64_t value() const { return count_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> count_;

    static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
};

// How long something took, by upper bounds.
class Histogram {
public:
    static constexpr std::array bounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0};  // seconds

    void observe(std::chrono::microseconds took);

    std::uint64_t count_up_to(std::size_t bound) const;  // of all bounds: of everything
    double seconds_in_all() const { return static_cast<double>(microseconds_.load(std::memory_order_relaxed)) / 1e6; }

private:
    std::array<Counter, bounds.size() + 1> counts_;
    std::atomic<std::uint64_t> microseconds_;
};

// Observes how long it lives.
class Stopwatch {
public:
    explicit Stopwatch(Histogram& histogram) : histogram_{histogram} {}
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;
    ~Stopwatch() { histogram_.observe(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start_)); }

private:
    using Clock = std::chrono::steady_clock;

    Histogram& histogram_;
    Clock::time_point start_ = Clock::now();
};

// Calls to a provider that were made.
struct CallMetrics {
    enum Result : std::uint8_t { success, redirection, client_error, server_error, no_answer, result_count };
    std::array<Counter, result_count> results;
    Histogram durations;
};

}  // namespace uzmfa
