// SPDX-License-Identifier: Apache-2.0
// What the database's own catalog says of tables. It is asked, and not the tables: one that somebody has locked is there.
#pragma once

#include "store/database.hpp"

namespace uzmfa {

// Names are plain SQL names, of a table with its schema before a dot where it has one: see is_table_name.
Result<bool> has_table(Database& database, std::string_view table);
Result<bool> has_index(Database& database, std::string_view index);
Result<bool> has_column(Database& database, std::string_view table, std::string_view column);
// As the database's user. SQLite knows no rights.
Result<bool> may_read_column(Database& database, std::string_view table, std::string_view column);
Result<bool> may_change_column(Database& database, std::string_view table, std::string_view column);
Result<bool> may_use_table(Database& database, std::string_view table, std::string_view right);
// Whether a text may have so many characters there. In SQLite any text may.
Result<bool> is_as_wide(Database& database, std::string_view table, std::string_view column, int width);

}  // namespace uzmfa
