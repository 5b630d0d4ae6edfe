// SPDX-License-Identifier: Apache-2.0
// What happened to whom, as the log and the table of events have it.
#pragma once

#include "core/outcome.hpp"
#include "core/recorded_event.hpp"

namespace uzmfa {

// Fit to be kept: no control characters, UTF-8, and no text longer than the table's column.
Event fit_to_keep(const Event& event);

// Whether an outcome of that reason is kept in the table: what befalls one person's sign-in, and no more than that.
bool is_recorded(Reason reason);

// The method that was tried or used: the session's, where it has passed by one.
Method method_of(Reason reason, const Session* session);

}  // namespace uzmfa
