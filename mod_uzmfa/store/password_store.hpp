// SPDX-License-Identifier: Apache-2.0
// uzERP's passwords: bcrypt, or in old rows bcrypt over the hex MD5 of the password.
#pragma once

#include "store/database.hpp"

namespace uzmfa {

enum class PasswordAnswer : std::uint8_t { right, wrong, no_such_user };

// What a password is compared with.
struct KeptPassword {
    bool known = false;  // there is such a user
    bool fit = false;    // who may sign in: enabled, with an enabled company and a bcrypt hash
    std::string hash;    // where not fit, one that no password matches
};

class PasswordStore {
public:
    explicit PasswordStore(Database& database) : database_{database} {}

    // Sends the same statements for known and unknown names.
    Result<KeptPassword> find(std::string_view name);

private:
    Result<std::string> hash_near(std::string_view name);

    Database& database_;
};

// Takes a while. Whatever is wrong, a failed check costs two bcrypt computations.
PasswordAnswer check(const KeptPassword& kept, std::string_view password);

}  // namespace uzmfa
