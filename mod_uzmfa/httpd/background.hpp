// SPDX-License-Identifier: Apache-2.0
// What a child does by itself, in threads of mod_watchdog.
#pragma once

#include "httpd/connections.hpp"

#include <shared_mutex>

namespace uzmfa {

// A callback that mod_watchdog calls in each child every `interval`; false where it cannot.
bool schedule(apr_pool_t* config, server_rec* main, const char* name, apr_interval_time_t interval,
              apr_status_t (*callback)(int state, void* main, apr_pool_t* pool));

// Connections for such a thread. It may run on while its child ends, when mod_dbd closes what it has lent: so a child
// waits at its end for these to come back, and lends no more.
class BackgroundConnections final : public ConnectionSource {
public:
    BackgroundConnections(apr_pool_t* pool, server_rec* server, NodeMemory::Source& source)
        : connections_{pool, server, source} {}
    Result<Connection> acquire() override;
    void release() override;
    void lose() override { connections_.lose(); }

private:
    DbdConnections connections_;
    std::shared_lock<std::shared_mutex> lent_;
};

// Hook of a new child, before mod_watchdog starts its threads: let them share its pools, and see to its end.
void prepare_background(apr_pool_t* child, server_rec* main) noexcept;

}  // namespace uzmfa
