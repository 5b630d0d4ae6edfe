// SPDX-License-Identifier: Apache-2.0
// All that is known of one user's second factor, as an administrator sees it.
#pragma once

#include "core/administration.hpp"
#include "store/database.hpp"

namespace uzmfa {

// `limits` are the site's: they say what is closed.
Result<std::optional<AccountDetails>> details_of(Database& database, std::string_view name, Validator in_use,
                                                 const AttemptLimits& limits);

// Whose factor an mfa_sid is; nothing where it is empty or neither's.
std::optional<Validator> validator_of(std::string_view mfa_sid);

// As far as the row says: a skip may have expired.
NextSignIn next_sign_in(const Account& account, Validator in_use);
ListedAccount listed(Account account, Validator in_use);

}  // namespace uzmfa
