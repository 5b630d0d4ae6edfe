// SPDX-License-Identifier: Apache-2.0
#include "store/recovery_code_store.hpp"

#include "store/salted_digests.hpp"

namespace uzmfa {

Result<Done> RecoveryCodeStore::replace(std::string_view uuid, const std::vector<std::string>& codes) {
    return as_done(database_.in_transaction([&]() -> Result<bool> {
        // Two at the same time would not see each other's codes, and leave both. Who holds this row goes on alone.
        const auto lock = "recovery codes " + std::string{uuid};
        if (auto locked = database_.change(Statement::touch_quota, {lock, uuid}); !locked) return locked.error();
        if (auto dropped = database_.change(Statement::drop_recovery_codes, {uuid}); !dropped) return dropped.error();
        for (const auto& code : codes) {
            const auto [salt, digest] = salted_digest(code);
            auto added = database_.change(Statement::add_recovery_code, {uuid, digest, salt});
            if (!added) return added.error();
        }
        return true;
    }));
}

Result<std::optional<std::size_t>> RecoveryCodeStore::spend(std::string_view uuid, std::string_view code) {
    auto spent = spend_salted(database_, {Statement::find_recovery_codes, Statement::spend_recovery_code}, uuid, code);
    if (!spent) return spent.error();
    if (!*spent) return std::optional<std::size_t>{};
    auto count = left(uuid);
    if (!count) return count.error();
    return std::optional{*count};
}

Result<std::size_t> RecoveryCodeStore::left(std::string_view uuid) {
    auto rows = database_.rows(Statement::find_recovery_codes, {uuid});
    if (!rows) return rows.error();
    return rows->size();
}

}  // namespace uzmfa
