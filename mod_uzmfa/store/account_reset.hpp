// SPDX-License-Identifier: Apache-2.0
// An administrator's reset: the user must enroll anew.
#pragma once

#include "core/policy.hpp"
#include "core/ports.hpp"
#include "store/database.hpp"

namespace uzmfa {

// In one transaction: the row is as of a user who never enrolled; of its uuid the factors, the pending enrollments, the
// used codes, the failures counted, recovery codes, temporary code, skip and remembered browsers are gone; and where
// Twilio may know the user (`validator`, or the row's mfa_sid) the deletion of what it has is owed, for
// OwedDeletionStore and twilio::pay. False where there is no such user. Sessions that are open stay open.
Result<bool> reset_account(Database& database, std::string_view name, Validator validator);

}  // namespace uzmfa
