// SPDX-License-Identifier: Apache-2.0
#include "httpd/watch.hpp"

#include "httpd/background.hpp"
#include "httpd/clock.hpp"
#include "httpd/service.hpp"
#include "store/session_store.hpp"

#include <exception>

namespace uzmfa {
namespace {

constexpr const char* watchdog_name = "uzmfa sessions";
constexpr apr_interval_time_t interval = apr_time_from_sec(1);
constexpr std::int64_t pause = 800;         // milliseconds between two looks of the node
constexpr std::int64_t longest_turn = 1'500;  // should the process that has it die; two that look do no harm

// One process of the node at a time.
bool take_turn(NodeMemory::Source& source, std::int64_t now_ms) {
    std::int64_t until = source.turn_until.load();
    return until <= now_ms && source.turn_until.compare_exchange_strong(until, now_ms + longest_turn);
}

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

void look_at(apr_pool_t* pool, server_rec* server, const Service& service) {
    auto& source = service.source();
    const auto now_ms = apr_time_as_msec(apr_time_now());
    if (service.is_broken() || !take_turn(source, now_ms)) return;
    BackgroundConnections connections{pool, server, source};
    Database database{connections, service.statements()};
    static_cast<void>(watch(database, service));  // what fails is tried again at the next look
    source.turn_until = now_ms + pause;
}

apr_status_t look(int state, void* data, apr_pool_t* pool) noexcept {
    if (state != AP_WATCHDOG_STATE_RUNNING) return APR_SUCCESS;
    try {
        for (auto* server = static_cast<server_rec*>(data); server; server = server->next) {
            if (const Service* const service = site_settings(server).service) look_at(pool, server, *service);
        }
    } catch (const std::exception& failure) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, static_cast<server_rec*>(data), "UZMFA1090 %s failed: %s", __func__,
                     failure.what());
    }
    return APR_SUCCESS;
}

bool has_service(server_rec* main) {
    for (server_rec* server = main; server; server = server->next) {
        if (site_settings(server).service) return true;
    }
    return false;
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

int schedule_watch(apr_pool_t* config, apr_pool_t*, apr_pool_t*, server_rec* main) noexcept {
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG || !has_service(main)) return OK;
    return schedule(config, main, watchdog_name, interval, look) ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

}  // namespace uzmfa
