// SPDX-License-Identifier: Apache-2.0
// All that is known of one user's second factor, as an administrator sees it.
#pragma once

#include "core/policy.hpp"
#include "core/ports.hpp"
#include "factors/factors.hpp"
#include "factors/twilio/records.hpp"
#include "store/database.hpp"

#include <optional>
#include <string>
#include <vector>

namespace uzmfa {

// When and from where a factor was bound; one that the application bound at Twilio has none.
struct Binding {
    CodeParameters parameters;
    Moment bound_at{};
    std::string bound_from;
};

struct AccountDetails {
    Account account;
    std::optional<Binding> binding;
    std::vector<twilio::OwedDeletion> owed;
};

Result<std::optional<AccountDetails>> details_of(Database& database, std::string_view name);

// Whose factor an mfa_sid is; nothing where it is empty or neither's.
std::optional<Validator> validator_of(std::string_view mfa_sid);

// Whether the row says that the user has a factor.
inline bool is_enrolled(const Account& account) { return account.mfa_enrolled && !account.mfa_sid.empty(); }

}  // namespace uzmfa
