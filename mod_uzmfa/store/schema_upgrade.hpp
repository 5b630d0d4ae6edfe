// SPDX-License-Identifier: Apache-2.0
// From the tables of a former version to those of this one.
#pragma once

#include "store/database.hpp"

namespace uzmfa {

// SQL, in one transaction, that makes what of the module's own tables is missing in this database, and on PostgreSQL grants
// the rights on them to the user who asks; empty where nothing is missing. Rows stay, and the former version goes on with
// what it leaves. The users table is the application's.
Result<std::string> schema_upgrade(Database& database);

}  // namespace uzmfa
