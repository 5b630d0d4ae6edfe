// SPDX-License-Identifier: Apache-2.0
// Events as administrators see them, a page at a time by key.
#pragma once

#include "core/pages/call.hpp"
#include "core/recorded_event.hpp"

#include <optional>

namespace uzmfa {

// Behind which event the page begins, as its address says (`before`); the newest where it says nothing, and where something was
// done. Nothing where that is no key.
std::optional<EventKey> event_key_in(const Call& call);

// The list, and the key of the next page.
void add_events(Page& page, const EventPage& events, const Call& call);

}  // namespace uzmfa
