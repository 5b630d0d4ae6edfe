// SPDX-License-Identifier: Apache-2.0
#include "store/attempt_store.hpp"

#include "crypto/random.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

std::string_view name_of(AttemptKind kind) { return kind == AttemptKind::code ? "code" : "recovery"; }

// How often the first wait doubles below the longest: a bound for the statement's shift.
int doublings(const AttemptLimits& limits) {
    constexpr int most = 30;
    int count = 0;
    for (auto wait = limits.wait.first; wait < limits.wait.longest && count < most; wait *= 2) ++count;
    return count;
}

}  // namespace

Result<Charge> AttemptStore::charge(std::string_view uuid, AttemptKind kind) {
    const std::int64_t limit = limits_.limit, first = limits_.wait.first.count(), longest = limits_.wait.longest.count();
    const std::int64_t wait_of_one = limit > 1 ? 0 : std::min(first, longest);
    Charge charge;
    auto done = database_.in_transaction([&]() -> Result<bool> {
        // Decides; from here on the row is ours.
        auto changed = database_.change(
            Statement::charge_attempt,
            {uuid, name_of(kind), wait_of_one, random_uuid(), limit, limit + doublings(limits_), first, limit, longest,
             std::int64_t{limits_.cap}});
        if (!changed) return changed.error();
        auto state = find(uuid, kind);
        if (!state) return state.error();
        if (!*state) return Error{ErrorKind::damaged, "a row of uzmfa_attempt is not there that was just written"};
        const auto& [failures, wait, closed, era] = **state;
        charge.failures = failures;
        charge.era = era;
        if (*changed == 1) {
            charge.answer = Charge::Answer::granted;
        } else if (!closed) {
            charge.answer = Charge::Answer::wait;
            charge.wait = std::max(wait, seconds{1});
        }
        return true;
    });
    if (!done) return done.error();
    return charge;
}

Result<Done> AttemptStore::refund(std::string_view uuid, AttemptKind kind, const Charge& charge) {
    if (charge.answer != Charge::Answer::granted) return Done{};
    const std::int64_t failures = charge.failures;
    return as_done(database_.in_transaction([&]() -> Result<bool> {
        auto changed = database_.change(Statement::refund_attempt, {failures, uuid, name_of(kind), charge.era});
        if (!changed) return changed.error();
        auto dropped = database_.change(Statement::drop_refunded_attempts, {uuid, name_of(kind)});
        if (!dropped) return dropped.error();
        return true;
    }));
}

Result<Done> AttemptStore::clear(std::string_view uuid, AttemptKind kind) {
    return as_done(database_.change(Statement::clear_attempts, {uuid, name_of(kind)}));
}

Result<std::optional<AttemptState>> AttemptStore::find(std::string_view uuid, AttemptKind kind) {
    auto rows = database_.rows(Statement::find_attempts, {uuid, name_of(kind)});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<AttemptState>{};
    const auto failures = rows->front().number(0);
    return std::optional{AttemptState{static_cast<int>(failures), std::max(seconds{rows->front().number(1)}, seconds{}),
                                      failures >= limits_.cap, std::string{rows->front().text(2)}}};
}

Result<bool> AttemptStore::unlock(std::string_view uuid) {
    auto unlocked = database_.change(Statement::unlock_attempts, {uuid, std::int64_t{limits_.cap}});
    if (!unlocked) return unlocked.error();
    return *unlocked > 0;
}

Result<bool> AttemptStore::is_closed(std::string_view uuid, AttemptKind kind) {
    auto state = find(uuid, kind);
    if (!state) return state.error();
    return *state && (*state)->closed;
}

}  // namespace uzmfa
