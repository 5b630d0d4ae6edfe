// SPDX-License-Identifier: Apache-2.0
// uzERP's passwords: bcrypt, or in old rows bcrypt over the hex MD5 of the password.
#pragma once

#include "store/database.hpp"

namespace uzmfa {

enum class PasswordAnswer : std::uint8_t { right, wrong, no_such_user };

class PasswordStore {
public:
    explicit PasswordStore(Database& database) : database_{database} {}

    // Right only for an enabled user with an enabled company. Whatever is wrong, a failed check costs
    // two bcrypt computations, known user or not.
    Result<PasswordAnswer> check(std::string_view name, std::string_view password);

private:
    Result<std::string> hash_near(std::string_view name);

    Database& database_;
};

}  // namespace uzmfa
