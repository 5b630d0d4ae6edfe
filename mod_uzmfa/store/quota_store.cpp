// SPDX-License-Identifier: Apache-2.0
#include "store/quota_store.hpp"

#include <algorithm>

namespace uzmfa {

Result<std::optional<seconds>> QuotaStore::wait_for_room(std::string_view name, std::span<const twilio::Limit> limits) {
    auto ages = database_.rows(Statement::find_quota, {name});  // the youngest first
    if (!ages) return ages.error();
    std::optional<seconds> wait;
    for (const auto& [most, window] : limits) {
        if (ages->size() < static_cast<std::size_t>(most)) continue;
        const seconds left = window - seconds{(*ages)[static_cast<std::size_t>(most) - 1].number(0)};
        if (left > seconds{}) wait = std::max(wait.value_or(left), left);
    }
    return wait;
}

Result<std::optional<seconds>> QuotaStore::take(std::string_view name, std::string_view uuid,
                                                std::span<const twilio::Limit> limits) {
    std::optional<seconds> wait;
    auto done = database_.in_transaction([&]() -> Result<bool> {
        // Whoever holds this row counts alone; the next one sees what was counted.
        if (auto locked = database_.change(Statement::touch_quota, {name, uuid}); !locked) return locked.error();
        if (auto purged = database_.change(Statement::purge_quota, {name}); !purged) return purged.error();
        auto found = wait_for_room(name, limits);
        if (!found) return found.error();
        wait = *found;
        if (wait) return true;
        auto taken = database_.change(Statement::take_quota, {name, name});
        if (!taken) return taken.error();
        return true;
    });
    if (!done) return done.error();
    return wait;
}

Result<Done> QuotaStore::give_back(std::string_view name) {
    return as_done(database_.change(Statement::give_back_quota, {name, name}));
}

}  // namespace uzmfa
