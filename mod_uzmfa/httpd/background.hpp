// SPDX-License-Identifier: Apache-2.0
// What a node does by itself, in threads of mod_watchdog.
#pragma once

#include "httpd/connections.hpp"

#include <atomic>
#include <shared_mutex>

namespace uzmfa {

class Service;

// Done for each service that it concerns, by one child of the node at a time.
struct Chore {
    const char* name;             // of its watchdog
    apr_interval_time_t interval;
    std::int64_t longest_turn;    // milliseconds, should the child whose turn it is die
    std::int64_t pause;           // milliseconds from the end of a turn to the next
    bool (*concerns)(const Service& service);
    std::atomic<std::int64_t>& (*turn)(const Service& service);  // until when some child has it: Unix time in milliseconds
    void (*work)(apr_pool_t* pool, server_rec* server, const Service& service);
};

bool is_any_service(server_rec* main, bool (*is_meant)(const Service& service));

// Has mod_watchdog call each child, before it starts its threads; false where it cannot.
bool schedule(const Chore& chore, apr_pool_t* config, server_rec* main) noexcept;

// Says that it goes on: its turn is as long again.
void prolong(const Chore& chore, const Service& service);

// Becomes true where this child ends, and waits for its threads.
const std::atomic<bool>& child_ends() noexcept;

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
