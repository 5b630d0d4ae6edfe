// SPDX-License-Identifier: Apache-2.0
#include "store/account_reset.hpp"

#include "core/outcome.hpp"
#include "factors/twilio/sids.hpp"
#include "store/account_store.hpp"
#include "store/browser_store.hpp"
#include "store/event_store.hpp"
#include "store/owed_deletion_store.hpp"
#include "store/session_store.hpp"

namespace uzmfa {
namespace {

// True where the row was still the one that was found.
Result<bool> reset_row(Database& database, const Account& account, bool is_at_twilio, const Administrator& by, Reset& reset) {
    // First, as each step of the user's does: it waits from here on.
    if (!account.uuid.empty()) {
        auto epoch = SessionStore{database}.end_all(*uuid_of(account.uuid));
        if (!epoch) return epoch.error();
        reset.epoch = *epoch;
    }
    auto changed = database.change(Statement::reset_account, {account.name.view()});
    if (!changed) return changed.error();
    auto now = AccountStore{database}.find(account.name.view());
    if (!now) return now.error();
    if (*changed != 1 || !*now || (*now)->uuid != account.uuid) return false;
    if (auto added = EventStore{database}.add_action(name_of(Reason::user_reset), account, by); !added) return added.error();
    if (account.uuid.empty()) return true;  // no row of ours has it, and Twilio neither
    reset.uuid = *uuid_of(account.uuid);
    for (const auto statement :
         {Statement::drop_factors, Statement::drop_pending, Statement::drop_used_codes, Statement::drop_attempts,
          Statement::drop_recovery_codes, Statement::drop_temporary_code, Statement::drop_skip}) {
        if (auto dropped = database.change(statement, {account.uuid}); !dropped) return dropped.error();
    }
    if (auto forgotten = BrowserStore{database}.forget_all(account.uuid); !forgotten) return forgotten.error();
    if (!is_at_twilio) return true;
    if (auto owed = OwedDeletionStore{database}.owe(account.uuid, {}); !owed) return owed.error();
    return true;
}

}  // namespace

Result<std::optional<Reset>> reset_account(Database& database, std::string_view name, Validator validator,
                                           const Administrator& by) {
    constexpr int tries = 3;
    for (int i = 0; i < tries; ++i) {
        auto account = AccountStore{database}.find(name);
        if (!account) return account.error();
        if (!*account) return std::optional<Reset>{};
        const bool is_at_twilio =
            validator == Validator::twilio || twilio::is_sid(twilio::Kind::factor, (*account)->mfa_sid);
        Reset reset;
        auto done = database.in_transaction([&] { return reset_row(database, **account, is_at_twilio, by, reset); });
        if (!done) return done.error();
        if (*done) return std::optional{reset};
    }
    return Error{ErrorKind::unavailable, "the user's row changes all the time"};
}

}  // namespace uzmfa
