// SPDX-License-Identifier: Apache-2.0
// An administrator's reset: the user must enroll anew.
#pragma once

#include "core/administration.hpp"
#include "store/database.hpp"

namespace uzmfa {

struct Reset {
    Uuid uuid{};
    std::optional<std::uint32_t> epoch{};  // that sessions are of from now on; nothing where the user never had one
};

// In one transaction: the row is as of a user who never enrolled; of its uuid the factors, the pending enrollments, the
// used codes, the failures counted, recovery codes, temporary code, skip and remembered browsers are gone, and all sessions are
// over; the event "reset" is there; and where
// Twilio may know the user (`validator`, or the row's mfa_sid) the deletion of what it has is owed, for
// OwedDeletionStore and twilio::pay. Nothing where there is no such user.
Result<std::optional<Reset>> reset_account(Database& database, std::string_view name, Validator validator,
                                           const Administrator& by);

}  // namespace uzmfa
