// SPDX-License-Identifier: Apache-2.0
#include "net/circuit_breaker.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

constexpr std::uint64_t failures_to_open = 5;
constexpr std::uint64_t doublings = 4;
constexpr milliseconds shortest_pause{5'000};
constexpr milliseconds longest_pause{60'000};
// A probe whose process died is forgotten after this; longer than a call takes.
constexpr milliseconds lease{15'000};

struct Unpacked {
    explicit Unpacked(std::uint64_t word)
        : failures{word & 0xff}, has_probe{(word >> 8 & 1) != 0}, until{static_cast<std::int64_t>(word >> 9)} {}

    std::uint64_t packed() const {
        return static_cast<std::uint64_t>(until.count()) << 9 | std::uint64_t{has_probe} << 8 | failures;
    }
    bool is_closed() const { return failures < failures_to_open; }

    std::uint64_t failures;
    bool has_probe;
    milliseconds until;
};

}  // namespace

std::optional<milliseconds> CircuitBreaker::wait_before_call(milliseconds now) {
    std::uint64_t found = word_.load();
    for (;;) {
        Unpacked next{found};
        if (next.is_closed()) return std::nullopt;
        if (now < next.until) return next.until - now;
        next.has_probe = true;
        next.until = now + lease;
        if (word_.compare_exchange_weak(found, next.packed())) return std::nullopt;
    }
}

// Also of a call from before it opened: whoever answers is there.
void CircuitBreaker::succeeded() {
    // Read first: the usual case must not take the cache line from the other processors.
    if (word_.load() != 0) word_.store(0);
}

void CircuitBreaker::failed(milliseconds now) {
    std::uint64_t found = word_.load();
    for (;;) {
        Unpacked next{found};
        // A call from before it opened: nothing new. (During a probe it counts as the probe's: the probe's
        // own success still closes.)
        if (!next.is_closed() && !next.has_probe) return;
        next.failures = std::min(next.failures + 1, failures_to_open + doublings);
        next.has_probe = false;
        if (!next.is_closed()) {
            next.until = now + std::min(shortest_pause * (1 << (next.failures - failures_to_open)), longest_pause);
        }
        if (word_.compare_exchange_weak(found, next.packed())) return;
    }
}

CircuitBreaker::State CircuitBreaker::state() const {
    const Unpacked found{word_.load()};
    return found.is_closed() ? State::closed : found.has_probe ? State::probing : State::open;
}

std::string_view name_of(CircuitBreaker::State state) {
    switch (state) {
        case CircuitBreaker::State::closed: return "closed";
        case CircuitBreaker::State::open: return "open";
        case CircuitBreaker::State::probing: break;
    }
    return "probing";
}

}  // namespace uzmfa
