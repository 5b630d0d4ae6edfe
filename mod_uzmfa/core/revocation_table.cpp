// SPDX-License-Identifier: Apache-2.0
#include "core/revocation_table.hpp"

#include <algorithm>
#include <cstring>

namespace uzmfa {
namespace {

// Ids are random: 64 of their bits are as good as a hash.
std::uint64_t key_of(const SessionId& session) {
    std::uint64_t key = 0;
    std::memcpy(&key, session.data(), sizeof key);
    return key ? key : 1;
}

}  // namespace

void RevocationTable::add(const SessionId& session, Moment until, Moment now) {
    const auto key = key_of(session);
    const auto end = std::max<std::int64_t>(unix_time(until), 1);
    for (std::size_t probe = 0; probe < longest_probe; ++probe) {
        Slot& slot = slots_[(key + probe) % slot_count];
        std::uint64_t found = slot.key.load();
        if (found == key) return;
        if (found == 0 && slot.key.compare_exchange_strong(found, key)) {
            slot.until.store(end);
            return;
        }
        if (found == key) return;
        // Taken over in this order: nobody else takes a slot whose end is 0, and whoever looks for
        // the new key meanwhile is as early as if it had not been revoked yet.
        std::int64_t ended = slot.until.load();
        if (ended != 0 && ended < unix_time(now) && slot.until.compare_exchange_strong(ended, 0)) {
            slot.key.store(key);
            slot.until.store(end);
            return;
        }
    }
    std::int64_t before = all_before_.load();
    while (before < unix_time(now) && !all_before_.compare_exchange_weak(before, unix_time(now))) continue;
}

bool RevocationTable::contains(const Session& session) const {
    if (unix_time(session.signed_in_at) <= all_before_.load(std::memory_order_acquire)) return true;
    const auto key = key_of(session.id);
    for (std::size_t probe = 0; probe < longest_probe; ++probe) {
        const auto found = slots_[(key + probe) % slot_count].key.load(std::memory_order_acquire);
        if (found == key) return true;
        if (found == 0) return false;
    }
    return false;
}

}  // namespace uzmfa
