// SPDX-License-Identifier: Apache-2.0
#include "store/rights.hpp"

#include "store/catalog.hpp"
#include "store/schema.hpp"

namespace uzmfa {
namespace {

constexpr std::string_view changed_columns[] = {"uuid", "mfa_sid", "mfa_enrolled", "mfa_enabled"};
constexpr std::string_view rights_on_own_tables[] = {"SELECT", "INSERT", "UPDATE", "DELETE"};

}  // namespace

Result<std::vector<std::string>> missing_rights_on(Database& database, std::string_view table) {
    std::vector<std::string> missing;
    for (const auto right : rights_on_own_tables) {
        const auto may = may_use_table(database, table, right);
        if (!may) return may.error();
        if (!*may) missing.push_back(std::string{right} + " on " + std::string{table});
    }
    return missing;
}

Result<std::vector<std::string>> missing_rights(Database& database, std::string_view users_table) {
    std::vector<std::string> missing;
    for (const auto column : changed_columns) {
        const auto may = may_change_column(database, users_table, column);
        if (!may) return may.error();
        if (!*may) missing.push_back("UPDATE of " + std::string{users_table} + "." + std::string{column});
    }
    for (const auto table : own_table_names()) {
        const auto of_table = missing_rights_on(database, table);
        if (!of_table) return of_table.error();
        missing.insert(missing.end(), of_table->begin(), of_table->end());
    }
    return missing;
}

}  // namespace uzmfa
