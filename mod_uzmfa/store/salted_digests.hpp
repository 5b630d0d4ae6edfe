// SPDX-License-Identifier: Apache-2.0
// How a one-time code is spent whose digest is in a table.
#pragma once

#include "crypto/one_time_codes.hpp"
#include "store/database.hpp"

namespace uzmfa {

struct SaltedStatements {
    Statement find;   // of a uuid: salt, digest
    Statement spend;  // deletes the row of a uuid and a digest; changes one row for one caller only
};

// True for one caller, where the code is one of the user's. It is compared with each of them, whichever is right.
Result<bool> spend_salted(Database& database, const SaltedStatements& statements, std::string_view uuid,
                          std::string_view code);

}  // namespace uzmfa
