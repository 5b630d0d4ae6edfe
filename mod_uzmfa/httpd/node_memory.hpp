// SPDX-License-Identifier: Apache-2.0
// Memory that all processes of this node share, from the first start to the last.
#pragma once

#include "core/metrics.hpp"
#include "core/moment.hpp"
#include "core/outcome.hpp"
#include "core/password_slots.hpp"
#include "core/result.hpp"
#include "core/recheck_table.hpp"
#include "core/revocation_table.hpp"
#include "httpd/httpd_api.hpp"
#include "net/circuit_breaker.hpp"

#include <atomic>
#include <string_view>

namespace uzmfa {

// Zeroed at the first start; kept over graceful restarts, since it hangs on the process pool.
struct NodeMemory {
    RevocationTable revocations;
    RecheckTable rechecks;
    PasswordSlots password_slots;

    // What is known of a database. Until its revocations have been read since the start, the table says nothing, and
    // "not there" is not "not revoked".
    struct Source {
        std::atomic<std::uint64_t> name;
        std::atomic<bool> read;
        std::atomic<bool> fails;                // the last try to connect did
        std::atomic<std::int64_t> tried_until;  // until then (milliseconds) one at a time tries again
        std::atomic<std::int64_t> seen;         // up to when changes were read, by the database's clock
        std::atomic<std::int64_t> watched_until;  // until then (milliseconds) one process watches it
        std::atomic<std::int64_t> last_purge;   // of its events; Unix time
        std::atomic<std::int64_t> notifications_until;  // until then (milliseconds) one process tells of its events
        Counter failures;                       // tries to connect that did not succeed, and connections that broke
    };
    // A session that ended while the database was away, for the watch to write down.
    struct OwedRevocation {
        enum State : std::uint32_t { free, writing, owed };
        std::atomic<std::uint32_t> state;
        std::uint64_t source;
        SessionId session;
        Uuid user;
        std::int64_t until;  // Unix time
    };
    static constexpr std::size_t most_owed = 1024;
    OwedRevocation owed_revocations[most_owed];

    // What all processes know of a provider's state, and who of them makes the deletions that are owed.
    struct Provider {
        std::atomic<std::uint64_t> name;
        CircuitBreaker breaker;
        CallMetrics calls;
        std::atomic<std::int64_t> deletions_until;  // until then (milliseconds) one process is at it
    };
    static constexpr std::size_t most = 64;
    Source sources[most];
    Provider providers[most];

    // What is counted, for the page `metrics`.
    Counter outcomes[reason_count];
    Histogram password_checks;
    Counter lost_events;
    Counter lost_audit_lines;

    void count(Reason reason) { outcomes[static_cast<std::size_t>(reason)].add(); }
    std::uint64_t count_of(Reason reason) const { return outcomes[static_cast<std::size_t>(reason)].value(); }
    std::size_t count_of_owed() const;

    // What meets every request, but is one thing to act upon.
    enum class Alarm : std::uint8_t { database, provider, provider_settings, sign_ins, events, audit_log, notify, count };
    std::atomic<std::int64_t> last_alarm[static_cast<std::size_t>(Alarm::count)];  // Unix time of its last line

    // False where no more can be owed.
    bool owe(const Source& source, const SessionId& session, const Uuid& user, Moment until);

    // The source or provider of that name; made where it is new, which only the start does. Null: no room.
    Source* source_named(std::string_view name);
    Provider* provider_named(std::string_view name);

    // True once a minute: an outage is one line, not one a request.
    bool may_raise(Alarm alarm, Moment now);
};

Result<NodeMemory*> node_memory(process_rec* process);

}  // namespace uzmfa
