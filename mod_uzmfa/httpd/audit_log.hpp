// SPDX-License-Identifier: Apache-2.0
// The audit log: opened as httpd opens its own logs, before it gives up root, and anew at each restart.
#pragma once

#include "httpd/httpd_api.hpp"
#include "view/audit_line.hpp"

namespace uzmfa {

class Service;

// Hook open_logs: opens the audit log of each virtual host; one that cannot be opened stops the start.
int open_audit_logs(apr_pool_t* config, apr_pool_t* log, apr_pool_t* temporary, server_rec* main) noexcept;

// Where the virtual host has an audit log. That it takes no line is an alarm, and changes nothing else.
void write_audit_line(server_rec* server, const Service& service, const AuditEntry& entry);

}  // namespace uzmfa
