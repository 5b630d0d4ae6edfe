// SPDX-License-Identifier: Apache-2.0
// When each session was last compared with its user's row, in memory that the processes of a node share.
#pragma once

#include "core/session.hpp"

#include <atomic>
#include <cstdint>

namespace uzmfa {

// Lives in zeroed memory that somebody else owns. It may forget: then the session is compared once more.
class RecheckTable {
public:
    static constexpr std::size_t slot_count = std::size_t{1} << 17;

    // The epoch of Unix time where it is not known.
    Moment checked_at(const SessionId& session) const;
    void note(const SessionId& session, Moment checked_at);

    // How many sessions were compared since. Looks at every slot.
    std::size_t count_since(Moment moment) const;

    // True for one caller until it releases the claim: that one compares, the others wait for what it finds.
    bool claim(const SessionId& session, Moment now);
    void release(const SessionId& session);

private:
    static constexpr std::size_t longest_probe = 8;
    static constexpr seconds longest_claim{5};  // should the one who has it die

    // A part of an id and a time in one word, so that no reader sees the time of another session.
    std::atomic<std::uint64_t> checks_[slot_count];
    std::atomic<std::uint64_t> claims_[slot_count];

    static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
};

}  // namespace uzmfa
