// SPDX-License-Identifier: Apache-2.0
// The deletions that are owed to the provider are made in the background.
#pragma once

#include "httpd/background.hpp"

namespace uzmfa {

// child_init: before the threads that may call the provider.
void open_network(apr_pool_t* pool, server_rec* main) noexcept;

extern const Chore owed_deletions;

}  // namespace uzmfa
