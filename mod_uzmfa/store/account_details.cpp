// SPDX-License-Identifier: Apache-2.0
#include "store/account_details.hpp"

#include "core/text.hpp"
#include "factors/twilio/sids.hpp"
#include "store/account_store.hpp"
#include "store/attempt_store.hpp"
#include "store/browser_store.hpp"
#include "store/factor_store.hpp"
#include "store/owed_deletion_store.hpp"
#include "store/recovery_code_store.hpp"
#include "store/session_store.hpp"
#include "store/skip_store.hpp"
#include "store/temporary_code_store.hpp"

#include <algorithm>

namespace uzmfa {

std::optional<Validator> validator_of(std::string_view mfa_sid) {
    if (twilio::is_sid(twilio::Kind::factor, mfa_sid)) return Validator::twilio;
    const bool is_local = mfa_sid.size() == 34 && mfa_sid.starts_with("LF") &&
                          std::all_of(mfa_sid.begin() + 2, mfa_sid.end(), is_hex_digit);
    return is_local ? std::optional{Validator::local} : std::nullopt;
}

NextSignIn next_sign_in(const Account& account, Validator in_use) {
    if (!account.access_enabled) return NextSignIn::refused;
    if (!is_enrolled(account) || account.uuid.empty()) return NextSignIn::enrolls;
    if (validator_of(account.mfa_sid) != in_use) return NextSignIn::enrolls_anew;
    return account.mfa_enabled ? NextSignIn::asks_for_code : NextSignIn::skips;
}

ListedAccount listed(Account account, Validator in_use) {
    const auto next = next_sign_in(account, in_use);
    const auto validator = validator_of(account.mfa_sid);
    return {std::move(account), next, validator};
}

Result<std::optional<AccountDetails>> details_of(Database& database, std::string_view name, Validator in_use,
                                                 const AttemptLimits& limits) {
    auto account = AccountStore{database}.find(name);
    if (!account) return account.error();
    if (!*account) return std::optional<AccountDetails>{};
    AccountDetails details;
    details.account = std::move(**account);
    details.next_sign_in = next_sign_in(details.account, in_use);
    details.validator = validator_of(details.account.mfa_sid);
    const auto& uuid = details.account.uuid;
    if (uuid.empty()) return std::optional{std::move(details)};

    auto binding = FactorStore{database}.find_binding(details.account);
    if (!binding) return binding.error();
    details.binding = std::move(*binding);
    auto owed = OwedDeletionStore{database}.of(uuid);
    if (!owed) return owed.error();
    details.owed = std::move(*owed);
    AttemptStore attempts{database, limits};
    for (const auto& [kind, state] :
         {std::pair{AttemptKind::code, &details.codes}, std::pair{AttemptKind::recovery, &details.recovery}}) {
        auto found = attempts.find(uuid, kind);
        if (!found) return found.error();
        *state = found->value_or(AttemptState{});
    }
    auto left = RecoveryCodeStore{database}.left(uuid);
    if (!left) return left.error();
    details.recovery_codes_left = *left;
    auto temporary = TemporaryCodeStore{database}.find(uuid);
    if (!temporary) return temporary.error();
    details.temporary_code = std::move(*temporary);
    auto sessions = SessionStore{database}.verified_of(*uuid_of(uuid));
    if (!sessions) return sessions.error();
    details.sessions = std::move(*sessions);
    auto browsers = BrowserStore{database}.of(uuid);
    if (!browsers) return browsers.error();
    details.browsers = std::move(*browsers);
    if (details.account.mfa_enabled) return std::optional{std::move(details)};
    auto skip = SkipStore{database}.find(uuid);
    if (!skip) return skip.error();
    details.skip = std::move(*skip);
    const bool has_expired = details.skip && details.skip->has_expired;
    if (has_expired && details.next_sign_in == NextSignIn::skips) details.next_sign_in = NextSignIn::asks_for_code;
    return std::optional{std::move(details)};
}

}  // namespace uzmfa
