// SPDX-License-Identifier: Apache-2.0
// All that is known of one user's second factor, as an administrator sees it.
#pragma once

#include "core/policy.hpp"
#include "core/ports.hpp"
#include "factors/factors.hpp"
#include "factors/twilio/records.hpp"
#include "store/attempt_store.hpp"
#include "store/skip_store.hpp"
#include "store/temporary_code_store.hpp"

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
    AttemptState codes;            // wrong codes of the factor in a row
    AttemptState recovery;         // wrong recovery and temporary codes in a row
    std::size_t recovery_codes_left = 0;
    std::optional<TemporaryCode> temporary_code;
    std::optional<Skip> skip;      // the end of the skip that mfa_enabled says; nothing where it has none
};

// `limits` are the site's; without them the defaults say what is closed.
Result<std::optional<AccountDetails>> details_of(Database& database, std::string_view name,
                                                 const AttemptLimits& limits = {});

// Whose factor an mfa_sid is; nothing where it is empty or neither's.
std::optional<Validator> validator_of(std::string_view mfa_sid);

// Whether the row says that the user has a factor.
inline bool is_enrolled(const Account& account) { return account.mfa_enrolled && !account.mfa_sid.empty(); }

}  // namespace uzmfa
