// SPDX-License-Identifier: Apache-2.0
#include "store/catalog.hpp"

namespace uzmfa {
namespace {

std::string quoted(std::string_view text) { return "'" + std::string{text} + "'"; }

// Of a table, and where `more` says something, such a column of it.
std::string columns_of(Driver driver, std::string_view table, const std::string& more = {}) {
    if (driver == Driver::pgsql) {
        return "SELECT count(*) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass(" + quoted(table) +
               ") AND attnum > 0 AND NOT attisdropped" + more;
    }
    const auto dot = table.find('.');
    auto sql = "SELECT count(*) FROM pragma_table_info(" + quoted(dot == table.npos ? table : table.substr(dot + 1));
    if (dot != table.npos) sql += ", " + quoted(table.substr(0, dot));
    return sql + ") WHERE TRUE" + more;
}

std::string named(Driver driver, std::string_view column) {
    return (driver == Driver::pgsql ? " AND attname = " : " AND lower(name) = ") + quoted(column);
}

Result<bool> holds(Database& database, const std::string& sql) {
    const auto count = database.count(sql);
    if (!count) return count.error();
    return *count > 0;
}

Result<bool> may(Database& database, std::string_view right, std::string_view table, std::string_view column) {
    auto which = named(database.driver(), column);
    if (database.driver() == Driver::pgsql) which += " AND has_column_privilege(attrelid, attnum, " + quoted(right) + ")";
    return holds(database, columns_of(database.driver(), table, which));
}

}  // namespace

Result<bool> has_table(Database& database, std::string_view table) {
    return holds(database, columns_of(database.driver(), table));
}

Result<bool> has_index(Database& database, std::string_view index) {
    return holds(database, database.driver() == Driver::pgsql
                               ? "SELECT count(*) FROM pg_catalog.pg_class WHERE oid = to_regclass(" + quoted(index) + ")"
                               : "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name = " + quoted(index));
}

Result<bool> has_column(Database& database, std::string_view table, std::string_view column) {
    return holds(database, columns_of(database.driver(), table, named(database.driver(), column)));
}

Result<bool> may_read_column(Database& database, std::string_view table, std::string_view column) {
    return may(database, "SELECT", table, column);
}

Result<bool> may_change_column(Database& database, std::string_view table, std::string_view column) {
    return may(database, "UPDATE", table, column);
}

Result<bool> may_use_table(Database& database, std::string_view table, std::string_view right) {
    if (database.driver() != Driver::pgsql) return true;
    return holds(database, "SELECT count(*) WHERE has_table_privilege(to_regclass(" + quoted(table) + "), " + quoted(right) + ")");
}

Result<bool> is_as_wide(Database& database, std::string_view table, std::string_view column, int width) {
    if (database.driver() != Driver::pgsql) return true;
    constexpr int header = 4;  // is counted along; -1 where there is no bound
    return holds(database, columns_of(Driver::pgsql, table, named(Driver::pgsql, column) + " AND (atttypmod < 0 OR atttypmod >= " +
                                                                std::to_string(width + header) + ")"));
}

}  // namespace uzmfa
