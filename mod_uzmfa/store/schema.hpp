// SPDX-License-Identifier: Apache-2.0
// The module's own tables, and the check that all tables and columns are there.
#pragma once

#include "store/database.hpp"

namespace uzmfa {

// SQL that makes the module's own tables where they are missing; may be run again. With `with_users`,
// a users table as uzERP has it (UZERP's names and types) for sites without an application of their own.
std::string schema(Driver driver, bool with_users);

// The names of the module's own tables.
std::vector<std::string_view> own_table_names();

struct Expectation {
    std::string_view users_table;
    bool uzerp_passwords;  // the login provider `uzerp` is in use
};

// The name of the first table or column that is missing, such as "table uzmfa_enrollment" or
// "column users.mfa_sid"; empty where all are there.
Result<std::string> missing_from(Database& database, const Expectation& expectation);

}  // namespace uzmfa
