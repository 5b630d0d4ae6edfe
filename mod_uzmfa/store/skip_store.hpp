// SPDX-License-Identifier: Apache-2.0
// Skips that an administrator sets with the module's page or tool. The skip itself is mfa_enabled in the users table,
// which the application may set as well; AccountStore::consume_skip ends it.
#pragma once

#include "core/administration.hpp"
#include "store/database.hpp"

namespace uzmfa {

class SkipStore {
public:
    explicit SkipStore(Database& database) : database_{database} {}

    // The user's next sign-in within `lifetime` passes without a code. False where the row is no longer that of
    // somebody who is enrolled: then nothing is changed. `set_by` is the administrator, at most 255 bytes.
    Result<bool> set(const Account& account, seconds lifetime, std::string_view set_by);
    // Nothing where the application set it, or nobody. Whether it is still to be used, mfa_enabled says.
    Result<std::optional<Skip>> find(std::string_view uuid);

private:
    Database& database_;
};

}  // namespace uzmfa
