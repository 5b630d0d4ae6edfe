// SPDX-License-Identifier: Apache-2.0
// The module's lines in the error log: one event id a reason (docs/reference.md).
#pragma once

#include "core/outcome.hpp"
#include "httpd/httpd_api.hpp"
#include "httpd/service.hpp"

namespace uzmfa {

struct Event {
    Reason reason;
    int id;     // UZMFA and four digits, never used again for something else
    int level;  // error: an administrator must act; warning: degraded; info: security; debug: each decision
    const char* text;
};
const Event& event_of(Reason reason);

void log_outcome(request_rec* r, const Service& service, const Outcome& outcome);

}  // namespace uzmfa
