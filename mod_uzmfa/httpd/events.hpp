// SPDX-License-Identifier: Apache-2.0
// Outcomes as events: for the error log, and for the table of events.
#pragma once

#include "core/event.hpp"
#include "httpd/httpd_api.hpp"
#include "httpd/service.hpp"
#include "store/database.hpp"

namespace uzmfa {

// The outcome with what the request adds to it. The session is the one that the browser has from now on, where it has
// one; else the one it came with.
Event event_of(request_rec* r, const Service& service, const Outcome& outcome);

// Keeps the outcome where it is one to be kept. That it cannot be kept is a line of the log, and changes nothing else.
void record_event(request_rec* r, const Service& service, Database& database, const Outcome& outcome);

}  // namespace uzmfa
