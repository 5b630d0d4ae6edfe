// SPDX-License-Identifier: Apache-2.0
// The application's users table.
#pragma once

#include "core/ports.hpp"
#include "store/database.hpp"

namespace uzmfa {

struct AccountPage {
    std::vector<Account> accounts;
    std::string next;  // the name behind which the next page begins; empty: this is the last
};

class AccountStore final : public Accounts {
public:
    explicit AccountStore(Database& database) : database_{database} {}

    Result<std::optional<Account>> find(std::string_view name) override;
    // All users by name, a page at a time: those behind `name`, all where it is empty. What cannot be a user's name
    // is passed over.
    Result<AccountPage> page_after(std::string_view name);
    // The same of those whose names begin so, at most so many; as the database sorts, so that others may stand between.
    Result<AccountPage> beginning_with(std::string_view beginning, std::string_view after, std::size_t most);
    Result<std::string> uuid_of_row(const Account& account) override;
    Result<std::string> own_uuid(const Account& account) override;
    Result<bool> has_skip(const Account& account) override;
    // One that SkipStore set is good until it expires. Found too late it ends as well, and the answer is false. Where
    // mfa_enabled is true, what SkipStore knows of an earlier one is forgotten: the next may be the application's.
    Result<bool> consume_skip(const Account& account) override;

private:
    Result<std::string> give_uuid(const Account& account);
    Result<Done> forget_skip(const Account& account);

    Database& database_;
};

// A name that can stand in the table: not empty, UTF-8 without NUL, at most UserName::capacity bytes.
bool is_user_name(std::string_view name);

}  // namespace uzmfa
