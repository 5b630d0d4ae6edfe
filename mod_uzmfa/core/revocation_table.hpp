// SPDX-License-Identifier: Apache-2.0
// Which sessions were ended, in memory that the processes of a node share. Look-ups take no lock and no query.
#pragma once

#include "core/session.hpp"

#include <atomic>
#include <cstdint>

namespace uzmfa {

// Names a user among all users tables of the node; the empty uuid stands for everybody of one.
using UserKey = std::uint64_t;
UserKey user_key(std::uint64_t realm, const Uuid& uuid);

// Holds ended sessions by their id, and users by the epoch that their sessions must be of. Lives in zeroed memory that
// somebody else owns; holds no pointer. Open addressing over a power of two of slots; a slot is never emptied, only
// taken over once what it says matters no more. May be changed by many at once.
class RevocationTable {
public:
    static constexpr std::size_t slot_count = std::size_t{1} << 18;

    // The session is over; `until` is when it would have ended by itself.
    void add(const SessionId& session, UserKey user, Moment until, Moment now);

    // The user's sessions of earlier epochs are over; `until` is when the last of them would have ended. False where the
    // table knew it.
    bool begin_epoch(UserKey user, std::uint32_t epoch, Moment until, Moment now);
    // What it says of the user's sessions one by one, which an epoch has made needless. Looks at every slot.
    void forget_sessions_of(UserKey user);

    bool contains(const Session& session, std::uint64_t realm) const;

    // False while something had to be left out for want of room: then the table cannot say that a session is alive.
    bool is_complete(Moment now) const;

    // How many sessions and users it must remember. Looks at every slot.
    std::size_t count(Moment now) const;

private:
    struct Slot {
        std::atomic<std::uint64_t> key;    // of a session, or a UserKey; 0: never used
        std::atomic<std::uint64_t> value;  // of a session: its user; of a user: the epoch
        std::atomic<std::int64_t> until;   // Unix time; 0 while it is being written
    };
    static constexpr std::size_t longest_probe = 64;

    Slot& slot(std::uint64_t key, std::size_t probe) { return slots_[(key + probe) % slot_count]; }
    const Slot& slot(std::uint64_t key, std::size_t probe) const { return slots_[(key + probe) % slot_count]; }
    const Slot* find(std::uint64_t key) const;
    bool claim(std::uint64_t key, std::uint64_t value, std::int64_t until, std::int64_t now);
    bool is_of_earlier_epoch(std::uint32_t epoch, UserKey user) const;

    Slot slots_[slot_count];
    std::atomic<std::int64_t> complete_from_;  // Unix time

    static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
};

}  // namespace uzmfa
