// SPDX-License-Identifier: Apache-2.0
#include "store/salted_digests.hpp"

namespace uzmfa {

Result<bool> spend_salted(Database& database, const SaltedStatements& statements, std::string_view uuid,
                          std::string_view code) {
    auto rows = database.rows(statements.find, {uuid});
    if (!rows) return rows.error();
    const Row* right = nullptr;
    for (const auto& row : *rows) {
        if (matches({std::string{row.text(0)}, std::string{row.text(1)}}, code)) right = &row;
    }
    if (!right) return false;
    auto changed = database.change(statements.spend, {uuid, right->text(1)});
    if (!changed) return changed.error();
    return *changed == 1;
}

}  // namespace uzmfa
