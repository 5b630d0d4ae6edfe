// SPDX-License-Identifier: Apache-2.0
#include "store/skip_store.hpp"

namespace uzmfa {

Result<bool> SkipStore::set(const Account& account, seconds lifetime, std::string_view set_by) {
    // The users table first, as whoever consumes it.
    return database_.in_transaction([&]() -> Result<bool> {
        auto changed = database_.change(Statement::set_skip, {account.name.view(), account.uuid});
        if (!changed) return changed.error();
        if (*changed != 1) return false;
        auto put = database_.change(Statement::put_skip, {account.uuid, std::int64_t{lifetime.count()}, set_by});
        if (!put) return put.error();
        return true;
    });
}

Result<std::optional<Skip>> SkipStore::find(std::string_view uuid) {
    auto rows = database_.rows(Statement::find_skip, {uuid});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<Skip>{};
    const Row& row = rows->front();
    return std::optional{Skip{from_unix_time(row.number(0)), std::string{row.text(1)}, row.truth(2)}};
}

}  // namespace uzmfa
