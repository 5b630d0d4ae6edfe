// SPDX-License-Identifier: Apache-2.0
#include "httpd/deletions.hpp"

#include "factors/twilio/deletions.hpp"
#include "httpd/background.hpp"
#include "httpd/log.hpp"
#include "httpd/service.hpp"
#include "httpd/without_connection.hpp"
#include "store/owed_deletion_store.hpp"

#include <curl/curl.h>

#include <exception>

namespace uzmfa {
namespace {

constexpr const char* watchdog_name = "uzmfa deletions";
constexpr apr_interval_time_t interval = apr_time_from_sec(2);
constexpr std::int64_t turn = 60;  // seconds, should the process that has it die

bool has_provider(server_rec* main) {
    for (server_rec* server = main; server; server = server->next) {
        const Service* const service = site_settings(server).service;
        if (service && service->provider()) return true;
    }
    return false;
}

// One process of the node at a time.
bool take_turn(NodeMemory::Provider& provider, std::int64_t now) {
    std::int64_t until = provider.deletions_until.load();
    return until <= now && provider.deletions_until.compare_exchange_strong(until, now + turn);
}

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

apr_status_t look(int state, void* data, apr_pool_t* pool) noexcept {
    if (state != AP_WATCHDOG_STATE_RUNNING) return APR_SUCCESS;
    try {
        for (auto* server = static_cast<server_rec*>(data); server; server = server->next) {
            const Service* const service = site_settings(server).service;
            if (!service || !service->provider() || service->is_broken()) continue;
            auto& provider = service->provider()->state();
            if (!take_turn(provider, apr_time_sec(apr_time_now()))) continue;
            make_deletions(pool, server, *service);
            provider.deletions_until = 0;
        }
    } catch (const std::exception& failure) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, static_cast<server_rec*>(data), "UZMFA1090 %s failed: %s", __func__,
                     failure.what());
    }
    return APR_SUCCESS;
}

}  // namespace

void open_network(apr_pool_t*, server_rec* main) noexcept {
    if (has_provider(main)) curl_global_init(CURL_GLOBAL_DEFAULT);
}

int schedule_deletions(apr_pool_t* config, apr_pool_t*, apr_pool_t*, server_rec* main) noexcept {
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG || !has_provider(main)) return OK;
    return schedule(config, main, watchdog_name, interval, look) ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

}  // namespace uzmfa
