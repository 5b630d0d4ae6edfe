// SPDX-License-Identifier: Apache-2.0
// The deletions that are owed to the provider are made in the background.
#pragma once

#include "httpd/httpd_api.hpp"

namespace uzmfa {

// child_init: before the threads that may call the provider.
void open_network(apr_pool_t* pool, server_rec* main) noexcept;

// post_config: has mod_watchdog look every few seconds, in each child.
int schedule_deletions(apr_pool_t* config, apr_pool_t* log, apr_pool_t* temporary, server_rec* main) noexcept;

}  // namespace uzmfa
