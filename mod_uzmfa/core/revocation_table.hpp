// SPDX-License-Identifier: Apache-2.0
// Revoked sessions in memory that the processes of a node share. Look-ups take no lock and no query.
#pragma once

#include "core/session.hpp"

#include <atomic>
#include <cstdint>
#include <span>

namespace uzmfa {

// Lives in zeroed memory that somebody else owns; holds no pointer. Open addressing over a power of two
// of slots; a slot is never emptied, only taken over once its session would have ended anyway.
class RevocationTable {
public:
    static constexpr std::size_t slot_count = std::size_t{1} << 17;

    // May be called by many at once. Where there is no place left, every session signed in up to now
    // counts as revoked: full is never "let through".
    void add(const SessionId& session, Moment until, Moment now);

    bool contains(const Session& session) const;

private:
    struct Slot {
        std::atomic<std::uint64_t> key;   // 0: never used
        std::atomic<std::int64_t> until;  // Unix time; 0 while it is being written
    };
    static constexpr std::size_t longest_probe = 64;

    Slot slots_[slot_count];
    std::atomic<std::int64_t> all_before_;  // Unix time

    static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
};

}  // namespace uzmfa
