// SPDX-License-Identifier: Apache-2.0
// A user's recovery codes: made, and shown this once.
#pragma once

#include "core/pages/call.hpp"

#include <string>
#include <vector>

namespace uzmfa {

// Takes the place of those there are; none where UzmfaRecoveryCodes is Off. As they are to be shown.
Result<std::vector<std::string>> new_recovery_codes(Call& call, std::string_view uuid);

// The outcome as a page that shows the codes and leads on.
Outcome with_recovery_codes(Call& call, Outcome outcome, const std::vector<std::string>& codes);

}  // namespace uzmfa
