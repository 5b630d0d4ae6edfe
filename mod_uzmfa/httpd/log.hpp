// SPDX-License-Identifier: Apache-2.0
// The module's lines in the error log: one event id a reason (docs/reference.md).
#pragma once

#include "core/outcome.hpp"
#include "httpd/httpd_api.hpp"
#include "httpd/service.hpp"
#include "store/event_store.hpp"

namespace uzmfa {

void log_outcome(request_rec* r, const Service& service, const Outcome& outcome);

// An event of the table as the audit log has it, whoever made it.
std::string notification_of(const StoredEvent& stored);

// As log_outcome, for what no request brought about: once a minute, where it is to alarm.
void log_alarm(server_rec* server, const Service& service, Reason reason, const std::string& detail);

}  // namespace uzmfa
