// SPDX-License-Identifier: Apache-2.0
#include "core/revocation_table.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace uzmfa {
namespace {

constexpr std::uint64_t user_bit = std::uint64_t{1} << 63;  // an epoch never has it, so it names no user

std::uint64_t half_of(const std::uint8_t* bytes) {
    std::uint64_t half = 0;
    std::memcpy(&half, bytes, sizeof half);
    return half;
}

// Ids are random: 64 of their bits are as good as a hash.
std::uint64_t key_of(const SessionId& session) {
    const auto key = half_of(session.data());
    return key ? key : 1;
}

// The finalizer of MurmurHash3: every bit of the result depends on every bit given.
std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ value >> 33) * 0xff51afd7ed558ccd;
    value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53;
    return value ^ value >> 33;
}

template <class Value>
void raise(std::atomic<Value>& to, Value value) {
    Value found = to.load();
    while (found < value && !to.compare_exchange_weak(found, value)) continue;
}

}  // namespace

UserKey user_key(std::uint64_t realm, const Uuid& uuid) {
    return mixed(half_of(uuid.data()) ^ mixed(half_of(uuid.data() + 8) ^ realm)) | user_bit;
}

bool RevocationTable::claim(std::uint64_t key, std::uint64_t value, std::int64_t until, std::int64_t now) {
    for (std::size_t probe = 0; probe < longest_probe; ++probe) {
        Slot& place = slot(key, probe);
        std::uint64_t found = 0;
        if (place.key.compare_exchange_strong(found, key)) {
            place.value.store(value);
            place.until.store(until);
            return true;
        }
        // Taken over in this order: nobody else takes a slot whose end is 0, and whoever looks for the new key
        // meanwhile is as early as if it had not been ended yet.
        std::int64_t ended = place.until.load();
        if (found != key && ended != 0 && ended < now && place.until.compare_exchange_strong(ended, 0)) {
            place.value.store(value);
            place.key.store(key);
            place.until.store(until);
            return true;
        }
    }
    raise(complete_from_, until);
    return false;
}

const RevocationTable::Slot* RevocationTable::find(std::uint64_t key) const {
    for (std::size_t probe = 0; probe < longest_probe; ++probe) {
        const Slot& place = slot(key, probe);
        const auto found = place.key.load(std::memory_order_acquire);
        if (found == key) return &place;
        if (found == 0) return nullptr;
    }
    return nullptr;
}

void RevocationTable::add(const SessionId& session, UserKey user, Moment until, Moment now) {
    const auto key = key_of(session);
    const auto end = std::max<std::int64_t>(unix_time(until), 1);
    if (const Slot* const known = find(key)) {
        raise(const_cast<Slot*>(known)->until, end);
        return;
    }
    claim(key, user, end, unix_time(now));
}

bool RevocationTable::begin_epoch(UserKey user, std::uint32_t epoch, Moment until, Moment now) {
    const auto end = unix_time(until);
    if (until <= now) return false;
    bool known = false;
    bool is_news = true;
    // Two that came at once may have a slot each: both must say the same.
    for (std::size_t probe = 0; probe < longest_probe; ++probe) {
        Slot& place = slot(user, probe);
        if (place.key.load() != user) continue;
        known = true;
        is_news = is_news && place.value.load() < epoch;
        raise(place.value, std::uint64_t{epoch});
        raise(place.until, end);
    }
    if (!known) claim(user, epoch, end, unix_time(now));
    return is_news;
}

void RevocationTable::forget_sessions_of(UserKey user) {
    for (Slot& place : slots_) {
        std::int64_t former = place.until.load(std::memory_order_relaxed);
        if (place.value.load(std::memory_order_relaxed) == user && former > 1) place.until.compare_exchange_strong(former, 1);
    }
}

bool RevocationTable::is_of_earlier_epoch(std::uint32_t epoch, UserKey user) const {
    const Slot* const place = find(user);
    const auto value = place ? place->value.load(std::memory_order_acquire) : 0;
    // While a slot is taken over, its former key may stand beside a session's value.
    return value > epoch && !(value & user_bit);
}

bool RevocationTable::contains(const Session& session, std::uint64_t realm) const {
    if (find(key_of(session.id))) return true;
    if (session.user.empty()) return false;
    return is_of_earlier_epoch(session.mark.epoch, user_key(realm, session.mark.uuid)) ||
           is_of_earlier_epoch(session.mark.site_epoch, user_key(realm, Uuid{}));
}

bool RevocationTable::is_complete(Moment now) const {
    return complete_from_.load(std::memory_order_acquire) < unix_time(now);
}

std::size_t RevocationTable::count(Moment now) const {
    return static_cast<std::size_t>(std::count_if(std::begin(slots_), std::end(slots_), [&](const Slot& place) {
        return place.until.load(std::memory_order_relaxed) >= unix_time(now);
    }));
}

}  // namespace uzmfa
