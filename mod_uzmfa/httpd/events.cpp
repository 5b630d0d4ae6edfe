// SPDX-License-Identifier: Apache-2.0
#include "httpd/events.hpp"

#include "crypto/tokens.hpp"
#include "httpd/browser_session.hpp"
#include "httpd/clock.hpp"
#include "httpd/pool.hpp"
#include "store/event_store.hpp"

namespace uzmfa {
namespace {

constexpr std::int64_t purge_interval = 3600;  // seconds

const Session* session_of(request_rec* r, const Service& service, const Outcome& outcome) {
    if (outcome.session) return &*outcome.session;
    if (service.is_broken()) return nullptr;  // its cookie is not looked at
    return browser_session(r, service).session;
}

// One process of the node, once an hour.
bool may_purge(NodeMemory::Source& source, std::int64_t now) {
    std::int64_t last = source.last_purge.load();
    return now - last >= purge_interval && source.last_purge.compare_exchange_strong(last, now);
}

}  // namespace

Event event_of(request_rec* r, const Service& service, const Outcome& outcome) {
    const Session* const session = session_of(r, service, outcome);
    return {.name = std::string{name_of(outcome.reason)},
            .user = outcome.user,
            .address = std::string{view_of(r->useragent_ip)},
            .browser = std::string{view_of(apr_table_get(r->headers_in, "User-Agent"))},
            .session = session ? digest_of(session->id) : "",
            .method = std::string{name_of(method_of(outcome.reason, session))},
            .made_by = outcome.made_by,
            .detail = outcome.detail};
}

void record_event(request_rec* r, const Service& service, Database& database, const Outcome& outcome) {
    if (!is_recorded(outcome.reason)) return;
    EventStore store{database};
    auto done = store.add(event_of(r, service, outcome));
    const Moment at = now();
    if (done && may_purge(service.source(), unix_time(at))) done = store.purge(service.site().event_retention);
    if (done) return;
    service.memory().lost_events.add();
    const bool is_loud = service.memory().may_raise(NodeMemory::Alarm::events, at);
    ap_log_rerror(APLOG_MARK, is_loud ? APLOG_ERR : APLOG_INFO, 0, r, "UZMFA1110 the table of events takes no %s: %s",
                  copy_in(r->pool, name_of(outcome.reason)), done.error().detail.c_str());
}

}  // namespace uzmfa
