// SPDX-License-Identifier: Apache-2.0
// Keeps callers from a provider that does not answer, and finds out when it does again.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace uzmfa {

using std::chrono::milliseconds;

// Five failures in a row open it, for five seconds. After that one caller goes through as a probe: its
// success closes it, its failure opens it again for twice as long, up to a minute.
//
// Lives in zeroed memory that processes share (zero is closed), holds no pointer and takes no lock. Each
// `now` is of CLOCK_MONOTONIC, which is the same in all processes of a node.
class CircuitBreaker {
public:
    enum class State : std::uint8_t { closed, open, probing };

    // Nothing: call, and say afterwards how it went. Else how long there will be no call.
    std::optional<milliseconds> wait_before_call(milliseconds now);
    void succeeded();
    void failed(milliseconds now);

    State state() const;

private:
    // All of it, so that each change is one exchange: the end of the pause or of the probe's lease in
    // milliseconds · whether there is a probe (1 bit) · failures in a row (8 bits).
    std::atomic<std::uint64_t> word_;

    static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
};

std::string_view name_of(CircuitBreaker::State state);

}  // namespace uzmfa
