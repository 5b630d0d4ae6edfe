// SPDX-License-Identifier: Apache-2.0
// Pays what is owed to Twilio in deletions.
#pragma once

#include "factors/twilio/api.hpp"
#include "factors/twilio/records.hpp"

namespace uzmfa::twilio {

// Claims the deletion, makes it, and settles it. False where somebody else is at it.
Result<bool> pay(const OwedDeletion& deletion, OwedDeletions& owed, Api& api);

}  // namespace uzmfa::twilio
