// SPDX-License-Identifier: Apache-2.0
#include "httpd/deletions.hpp"

#include "factors/twilio/deletions.hpp"
#include "httpd/log.hpp"
#include "httpd/service.hpp"
#include "httpd/without_connection.hpp"
#include "store/owed_deletion_store.hpp"

namespace uzmfa {
namespace {

void make_deletions(apr_pool_t* pool, server_rec* server, const Service& service) {
    const Provider& provider = *service.provider();
    BackgroundConnections connections{pool, server, service.source()};
    Database database{connections, service.statements()};
    OwedDeletionStore owed{database};
    const auto due = owed.due();
    if (!due) return;
    for (const auto& deletion : *due) {
        WithoutConnection client{provider.client(), database};
        auto api = provider.api(client);
        const auto paid = twilio::pay(deletion, owed, api);
        const auto what = (deletion.sid.empty() ? "what a reset left" : deletion.sid) + " of the uuid " + deletion.uuid;
        if (paid && *paid) ap_log_error(APLOG_MARK, APLOG_INFO, 0, server, "UZMFA1101 deleted at the provider: %s", what.c_str());
        if (paid) continue;
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, server, "UZMFA1102 not yet deleted at the provider: %s, %s",
                     what.c_str(), paid.error().detail.c_str());
        // Nobody at a page sees that an API key may not delete.
        if (paid.error().kind == ErrorKind::provider_refuses) {
            log_alarm(server, service, Reason::provider_refuses, paid.error().detail);
        }
        return;  // it will not do better with the next
    }
}

}  // namespace

const Chore owed_deletions{
    .name = "uzmfa deletions",
    .interval = apr_time_from_sec(2),
    .longest_turn = 60'000,
    .pause = 0,
    .concerns = [](const Service& service) { return service.provider() != nullptr; },
    .turn = [](const Service& service) -> auto& { return service.provider()->state().deletions_until; },
    .work = make_deletions,
};

}  // namespace uzmfa
