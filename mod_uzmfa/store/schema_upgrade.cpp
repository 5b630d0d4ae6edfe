// SPDX-License-Identifier: Apache-2.0
#include "store/schema_upgrade.hpp"

#include "store/catalog.hpp"
#include "store/rights.hpp"
#include "store/schema.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

// What tables were first made without. A column that is put here has a default: for the rows that are there, and for a node
// that still runs the former version.
struct Column {
    std::string_view table;
    std::string_view name;
    std::string_view definition;
};
constexpr Column later_columns[] = {
    {"uzmfa_revocation", "uuid", "varchar(36) NOT NULL DEFAULT 'ffffffff-ffff-ffff-ffff-ffffffffffff'"},  // nobody's
    {"uzmfa_revocation", "made_at", "bigint NOT NULL DEFAULT 0"},
    {"uzmfa_attempt", "era", "varchar(36) NOT NULL DEFAULT ''"},
    {"uzmfa_event", "notify_at", "bigint NOT NULL DEFAULT 0"},
};

// Columns that were too narrow once.
struct Width {
    std::string_view table;
    std::string_view column;
    int characters;
};
constexpr Width widths[] = {{"uzmfa_enrollment", "secret", 2000}};

constexpr std::string_view of_table = "CREATE TABLE IF NOT EXISTS ";
constexpr std::string_view of_index = "CREATE INDEX IF NOT EXISTS ";

// What a statement makes, where it makes a thing of that kind.
std::string_view name_behind(std::string_view start, std::string_view statement) {
    if (!statement.starts_with(start)) return {};
    const auto rest = statement.substr(start.size());
    return rest.substr(0, rest.find(' '));
}

class Upgrade {
public:
    explicit Upgrade(Database& database) : database_{database} {}

    Result<std::string> take() {
        for (const auto step : {&Upgrade::add_columns, &Upgrade::widen_columns, &Upgrade::make_objects, &Upgrade::grant_rights}) {
            if (const auto done = (this->*step)(); !done) return done.error();
        }
        if (sql_.empty()) return sql_;
        return "BEGIN;\n" + sql_ + "COMMIT;\n";
    }

private:
    // Whether a table is there that lacks the column.
    Result<bool> lacks(const Column& column) {
        const auto table = has_table(database_, column.table);
        if (!table || !*table) return table;
        const auto found = has_column(database_, column.table, column.name);
        if (!found) return found;
        return !*found;
    }

    Result<Done> add_columns() {
        for (const auto& column : later_columns) {
            const auto is_lacking = lacks(column);
            if (!is_lacking) return is_lacking.error();
            if (!*is_lacking) continue;
            add("ALTER TABLE " + std::string{column.table} + " ADD COLUMN " + std::string{column.name} + " " +
                std::string{column.definition});
        }
        return Done{};
    }

    Result<Done> widen_columns() {
        for (const auto& [table, column, characters] : widths) {
            const auto found = has_column(database_, table, column);
            if (!found) return found.error();
            const auto is_wide = is_as_wide(database_, table, column, characters);
            if (!is_wide) return is_wide.error();
            if (!*found || *is_wide) continue;
            add("ALTER TABLE " + std::string{table} + " ALTER COLUMN " + std::string{column} + " TYPE varchar(" +
                std::to_string(characters) + ")");
        }
        return Done{};
    }

    // The statements of the schema whose table or index is not there.
    Result<Done> make_objects() {
        const auto all = schema(database_.driver(), false);
        std::string_view rest = all;
        for (std::size_t end; (end = rest.find(";\n")) != rest.npos; rest.remove_prefix(end + 2)) {
            auto statement = rest.substr(0, end);
            statement.remove_prefix(std::min(statement.find("CREATE "), statement.size()));  // behind comments
            const auto table = name_behind(of_table, statement);
            const auto is_there =
                table.empty() ? has_index(database_, name_behind(of_index, statement)) : has_table(database_, table);
            if (!is_there) return is_there.error();
            if (!*is_there) add(std::string{statement});
        }
        return Done{};
    }

    Result<Done> grant_rights() {
        if (database_.driver() != Driver::pgsql) return Done{};
        std::string tables;
        for (const auto table : own_table_names()) {
            const auto missing = missing_rights_on(database_, table);
            if (!missing) return missing.error();
            if (!missing->empty()) tables.append(tables.empty() ? "" : ", ").append(table);
        }
        if (tables.empty()) return Done{};
        const auto user = database_.text("SELECT quote_ident(current_user)");
        if (!user) return user.error();
        add("GRANT SELECT, INSERT, UPDATE, DELETE ON " + tables + " TO " + *user);
        return Done{};
    }

    void add(const std::string& statement) { sql_ += statement + ";\n"; }

    Database& database_;
    std::string sql_;
};

}  // namespace

Result<std::string> schema_upgrade(Database& database) { return Upgrade{database}.take(); }

}  // namespace uzmfa
