// SPDX-License-Identifier: Apache-2.0
// UzmfaNotify: what is to be told of events, away from any request.
#pragma once

#include "core/result.hpp"
#include "httpd/httpd_api.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace uzmfa {

// The words of the command; what cannot be run is a misconfiguration.
Result<std::vector<std::string>> notify_command(std::string_view command);

// Hook, before mod_watchdog's own: has each child look for events to tell of.
int schedule_notifications(apr_pool_t* config, apr_pool_t* log, apr_pool_t* temporary, server_rec* main) noexcept;

}  // namespace uzmfa
