// SPDX-License-Identifier: Apache-2.0
// Browsers in which no code is asked for a while (UzmfaRememberBrowser).
#pragma once

#include "core/pages/call.hpp"

namespace uzmfa {

// When the user verified in this browser, where that still does for the second factor.
Result<std::optional<Moment>> remembered_since(Call& call, const Account& account);

// Where the user of a remembered browser goes: past what has happened meanwhile, for no page of a code tells it. Outside of
// a transaction: what is only told keeps nobody out.
std::string way_of_remembered(Call& call, const Account& account);

// The outcome of a right code; the browser is remembered where the form's field `remember` asks for it.
Outcome remembering(Call& call, const Account& account, Outcome outcome);

// What the form says of it.
void offer_to_remember(Page& page, const Call& call);

}  // namespace uzmfa
