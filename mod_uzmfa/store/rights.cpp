// SPDX-License-Identifier: Apache-2.0
#include "store/rights.hpp"

#include "store/schema.hpp"

namespace uzmfa {
namespace {

constexpr std::string_view changed_columns[] = {"uuid", "mfa_sid", "mfa_enrolled", "mfa_enabled"};
constexpr std::string_view rights_on_own_tables[] = {"SELECT", "INSERT", "UPDATE", "DELETE"};

std::string quoted(std::string_view text) { return "'" + std::string{text} + "'"; }

}  // namespace

Result<std::vector<std::string>> missing_rights(Database& database, std::string_view users_table) {
    std::vector<std::string> missing;
    if (database.driver() != Driver::pgsql) return missing;
    // A privilege of a table that is not there is NULL: that is missing_from's to say.
    const auto note = [&](const std::string& has, std::string&& name) -> Result<Done> {
        auto lacks = database.count("SELECT count(*) WHERE NOT " + has);
        if (!lacks) return lacks.error();
        if (*lacks > 0) missing.push_back(std::move(name));
        return Done{};
    };
    for (const auto column : changed_columns) {
        auto noted = note("has_column_privilege(to_regclass(" + quoted(users_table) + "), " + quoted(column) + ", 'UPDATE')",
                          "UPDATE of " + std::string{users_table} + "." + std::string{column});
        if (!noted) return noted.error();
    }
    for (const auto table : own_table_names()) {
        for (const auto right : rights_on_own_tables) {
            auto noted = note("has_table_privilege(to_regclass(" + quoted(table) + "), " + quoted(right) + ")",
                              std::string{right} + " on " + std::string{table});
            if (!noted) return noted.error();
        }
    }
    return missing;
}

}  // namespace uzmfa
