// SPDX-License-Identifier: Apache-2.0
// What the database's user may do with the tables, as the catalog says; nothing is written.
#pragma once

#include "store/database.hpp"

#include <string>
#include <vector>

namespace uzmfa {

// Each right on one of the module's own tables that is missing, all of them where the table is; see below.
Result<std::vector<std::string>> missing_rights_on(Database& database, std::string_view table);

// Each right that is missing, such as "INSERT on uzmfa_enrollment" or "UPDATE of users.mfa_sid". SQLite has none: there
// the file's owner and mode decide.
Result<std::vector<std::string>> missing_rights(Database& database, std::string_view users_table);

}  // namespace uzmfa
