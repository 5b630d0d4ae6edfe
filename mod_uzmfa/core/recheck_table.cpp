// SPDX-License-Identifier: Apache-2.0
#include "core/recheck_table.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace uzmfa {
namespace {

struct Place {
    std::uint32_t mark;   // what tells sessions apart
    std::uint32_t start;  // where their slots begin
};

Place place_of(const SessionId& session) {
    Place place;
    std::memcpy(&place, session.data(), sizeof place);
    if (place.mark == 0) place.mark = 1;
    return place;
}

std::uint32_t mark_in(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }
std::uint32_t time_in(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
std::uint64_t word_of(std::uint32_t mark, Moment moment) {
    return std::uint64_t{mark} << 32 | static_cast<std::uint32_t>(unix_time(moment));
}

}  // namespace

Moment RecheckTable::checked_at(const SessionId& session) const {
    const auto [mark, start] = place_of(session);
    for (std::size_t probe = 0; probe < longest_probe; ++probe) {
        const auto word = checks_[(start + probe) % slot_count].load(std::memory_order_acquire);
        if (mark_in(word) == mark) return from_unix_time(time_in(word));
    }
    return {};
}

void RecheckTable::note(const SessionId& session, Moment checked_at) {
    const auto [mark, start] = place_of(session);
    // Its own place, or the one of whoever was compared longest ago.
    std::size_t chosen = start % slot_count;
    for (std::size_t probe = 0; probe < longest_probe; ++probe) {
        const auto at = (start + probe) % slot_count;
        const auto word = checks_[at].load();
        if (mark_in(word) == mark) {
            chosen = at;
            break;
        }
        if (time_in(word) < time_in(checks_[chosen].load())) chosen = at;
    }
    checks_[chosen].store(word_of(mark, checked_at));
}

std::size_t RecheckTable::count_since(Moment moment) const {
    return static_cast<std::size_t>(std::count_if(std::begin(checks_), std::end(checks_), [&](const auto& check) {
        return from_unix_time(time_in(check.load(std::memory_order_relaxed))) >= moment;
    }));
}

bool RecheckTable::claim(const SessionId& session, Moment now) {
    const auto [mark, start] = place_of(session);
    auto& claim = claims_[start % slot_count];
    std::uint64_t last = claim.load();
    const bool is_taken = mark_in(last) == mark && now < from_unix_time(time_in(last)) + longest_claim;
    return !is_taken && claim.compare_exchange_strong(last, word_of(mark, now));
}

void RecheckTable::release(const SessionId& session) {
    const auto [mark, start] = place_of(session);
    auto& claim = claims_[start % slot_count];
    std::uint64_t last = claim.load();
    if (mark_in(last) == mark) claim.compare_exchange_strong(last, 0);
}

}  // namespace uzmfa
