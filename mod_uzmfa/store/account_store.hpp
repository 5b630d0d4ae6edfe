// SPDX-License-Identifier: Apache-2.0
// The application's users table.
#pragma once

#include "core/ports.hpp"
#include "store/database.hpp"

namespace uzmfa {

class AccountStore final : public Accounts {
public:
    explicit AccountStore(Database& database) : database_{database} {}

    Result<std::optional<Account>> find(std::string_view name) override;
    Result<std::string> own_uuid(const Account& account) override;
    Result<bool> consume_skip(const Account& account) override;

private:
    Result<std::string> give_uuid(const Account& account);

    Database& database_;
};

// A name that can stand in the table: not empty, UTF-8 without NUL, at most UserName::capacity bytes.
bool is_user_name(std::string_view name);

}  // namespace uzmfa
