// SPDX-License-Identifier: Apache-2.0
#include "httpd/watch.hpp"

#include "httpd/clock.hpp"
#include "httpd/service.hpp"
#include "store/session_store.hpp"

namespace uzmfa {
namespace {

Result<Done> write_owed(SessionStore& store, const Service& service) {
    for (auto& owed : service.memory().owed_revocations) {
        if (owed.state != NodeMemory::OwedRevocation::owed || owed.source != service.source().name) continue;
        const SessionId session = owed.session;
        auto revoked = store.revoke(session, owed.user, from_unix_time(owed.until));
        if (!revoked) return revoked.error();
        // Another process may have been as far, and the place be somebody else's by now.
        if (owed.session == session) owed.state = NodeMemory::OwedRevocation::free;
    }
    return Done{};
}

Result<Done> watch(Database& database, const Service& service) {
    SessionStore store{database};
    if (auto written = write_owed(store, service); !written) return written;
    return read_changes(database, service);
}

void look(apr_pool_t* pool, server_rec* server, const Service& service) {
    BackgroundConnections connections{pool, server, service.source()};
    Database database{connections, service.statements()};
    static_cast<void>(watch(database, service));  // what fails is tried again at the next look
}

}  // namespace

Result<Done> read_changes(Database& database, const Service& service) {
    auto& source = service.source();
    auto& table = service.memory().revocations;
    auto changes = SessionStore{database}.changes_since(from_unix_time(source.seen));
    if (!changes) return changes.error();
    // The epochs first: what the table says of their users' sessions one by one is forgotten by them.
    for (const auto& [uuid, epoch, changed_at] : changes->epochs) {
        const auto user = user_key(source.name, uuid);
        const bool is_news = table.begin_epoch(user, epoch, changed_at + service.site().longest.max_age, now());
        if (is_news && source.read) table.forget_sessions_of(user);
    }
    for (const auto& [session, uuid, until] : changes->revocations) {
        table.add(session, user_key(source.name, uuid), until, now());
    }
    source.seen = unix_time(changes->seen);
    source.read = true;
    return Done{};
}

const Chore session_watch{
    .name = "uzmfa sessions",
    .interval = apr_time_from_sec(1),
    .longest_turn = 1'500,  // two that look at a time do no harm
    .pause = 800,
    .concerns = [](const Service&) { return true; },
    .turn = [](const Service& service) -> auto& { return service.source().watched_until; },
    .work = look,
};

}  // namespace uzmfa
