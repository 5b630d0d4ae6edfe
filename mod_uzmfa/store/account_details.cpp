// SPDX-License-Identifier: Apache-2.0
#include "store/account_details.hpp"

#include "factors/twilio/sids.hpp"
#include "store/account_store.hpp"
#include "store/factor_store.hpp"
#include "store/owed_deletion_store.hpp"

#include <algorithm>

namespace uzmfa {

std::optional<Validator> validator_of(std::string_view mfa_sid) {
    if (twilio::is_sid(twilio::Kind::factor, mfa_sid)) return Validator::twilio;
    const bool is_local = mfa_sid.size() == 34 && mfa_sid.starts_with("LF") &&
                          std::all_of(mfa_sid.begin() + 2, mfa_sid.end(), twilio::is_hex_digit);
    return is_local ? std::optional{Validator::local} : std::nullopt;
}

Result<std::optional<AccountDetails>> details_of(Database& database, std::string_view name) {
    auto account = AccountStore{database}.find(name);
    if (!account) return account.error();
    if (!*account) return std::optional<AccountDetails>{};
    AccountDetails details{std::move(**account), {}, {}};
    if (details.account.uuid.empty()) return std::optional{std::move(details)};

    auto binding = FactorStore{database}.find_binding(details.account);
    if (!binding) return binding.error();
    details.binding = std::move(*binding);
    auto owed = OwedDeletionStore{database}.of(details.account.uuid);
    if (!owed) return owed.error();
    details.owed = std::move(*owed);
    return std::optional{std::move(details)};
}

}  // namespace uzmfa
