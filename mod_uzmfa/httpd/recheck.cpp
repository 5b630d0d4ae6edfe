// SPDX-License-Identifier: Apache-2.0
#include "httpd/recheck.hpp"

#include "httpd/connections.hpp"
#include "httpd/pool.hpp"
#include "store/session_store.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

constexpr apr_interval_time_t pause = apr_time_from_msec(5);
constexpr int longest_wait = 200;  // pauses

Moment last_check(const Service& service, const Session& session) {
    return std::max(session.checked_at, service.memory().rechecks.checked_at(session.id));
}

void end_here(request_rec* r, const Service& service, const Session& session, Moment now) {
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "UZMFA1103 session ended: the row of its user has changed, user %s",
                  copy_in(r->pool, session.user.view()));
    service.memory().revocations.add(session.id, user_key(service.source().name, session.mark.uuid),
                                     session.signed_in_at + service.site().longest.max_age, now);
}

SessionState compare_with_row(request_rec* r, const Service& service, const Session& session, Moment now) {
    DbdConnections connections{r->pool, r->server, service.source()};
    Database database{connections, service.statements()};
    const auto row = SessionStore{database}.row_of(session.user.view(), session.id);
    if (!row) return SessionState::unknown;
    if (!*row || !still_stands(session, **row)) {
        end_here(r, service, session, now);
        return SessionState::over;
    }
    service.memory().rechecks.note(session.id, now);
    return SessionState::alive;
}

// By the one who has the claim.
Recheck compare(request_rec* r, const Service& service, const Session& session, Moment former, Moment now) {
    // Somebody may have been at it until just now.
    const bool is_done = last_check(service, session) > former;
    const auto state = is_done ? SessionState::alive : compare_with_row(r, service, session, now);
    service.memory().rechecks.release(session.id);
    return {state, !is_done};
}

// Another request of the same session is at it.
SessionState wait_for_other(const Service& service, const Session& session, Moment former) {
    for (int i = 0; i < longest_wait && !service.source().fails; ++i) {
        if (service.memory().revocations.contains(session, service.source().name)) return SessionState::over;
        if (last_check(service, session) > former) return SessionState::alive;
        apr_sleep(pause);
    }
    return SessionState::unknown;
}

}  // namespace

seconds recheck_interval(const Site& site, const Limits& limits) { return std::min(site.recheck_interval, touch_grain(limits)); }

Recheck recheck(request_rec* r, const Service& service, const Session& session, Moment now) {
    const auto& site = service.site();
    auto& memory = service.memory();
    if (!service.source().read) return {};
    if (memory.revocations.contains(session, service.source().name)) return {SessionState::over};
    // Not where something had to be left out of the table: this may be it, so that no answer but the database's counts.
    const bool is_complete = memory.revocations.is_complete(now);
    const auto interval = recheck_interval(site, limits_of(r));
    if (is_complete && now - session.checked_at < interval) return {SessionState::alive};
    // What is over by its age, or never was anybody's, costs no query.
    if (session.user.empty() || !is_alive(session, site.longest, now)) return {SessionState::alive};
    if (!is_complete) return {compare_with_row(r, service, session, now), true};

    const Moment checked = last_check(service, session);
    if (now - checked < interval) return {SessionState::alive};
    auto result = Recheck{};
    if (!service.source().fails) {
        const bool is_ours = memory.rechecks.claim(session.id, now);
        result = is_ours ? compare(r, service, session, checked, now) : Recheck{wait_for_other(service, session, checked)};
    }
    if (result.state != SessionState::unknown) return result;
    const bool is_in_grace = session.is_verified() && now - checked < site.recheck_interval + site.outage_grace;
    return is_in_grace ? Recheck{SessionState::alive, service.source().fails} : Recheck{};
}

}  // namespace uzmfa
