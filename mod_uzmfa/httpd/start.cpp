// SPDX-License-Identifier: Apache-2.0
#include "httpd/start.hpp"

#include "crypto/secret_source.hpp"
#include "httpd/clock.hpp"
#include "httpd/layout.hpp"
#include "httpd/pool.hpp"
#include "httpd/service.hpp"

#include <algorithm>
#include <exception>

namespace uzmfa {
namespace {

// Runs `body(server, settings)` for each virtual host with a gated place, until one returns a complaint.
template <class Body>
int for_each_gated(server_rec* main, Body body) noexcept {
    server_rec* server = main;
    try {
        for (; server; server = server->next) {
            SiteSettings& settings = site_settings(server);
            if (!settings.gated) continue;
            const std::string complaint = body(server, settings);
            if (complaint.empty()) continue;
            ap_log_error(APLOG_MARK, APLOG_EMERG, 0, server, "UZMFA1094 %s", complaint.c_str());
            return HTTP_INTERNAL_SERVER_ERROR;
        }
        return OK;
    } catch (const std::exception& failure) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, server, "UZMFA1094 the start failed: %s", failure.what());
        return HTTP_INTERNAL_SERVER_ERROR;
    }
}

// A cookie of one would open in the other, where its name may be somebody else's.
const char* sharing_complaint(server_rec* main, const Service& service) {
    for (server_rec* server = main; server; server = server->next) {
        const Service* const other = site_settings(server).service;
        if (other && other != &service && other->realm() != service.realm() && service.shares_a_key_with(*other)) {
            return "UzmfaSessionKeyFile: virtual hosts with different users tables need keys of their own";
        }
    }
    return "";
}

// Virtual hosts may share cookies and tables: a session that ended in one must not live on in another, nor may one
// forget the failed sign-ins that another still counts.
void share_longest_limits(server_rec* main) {
    const auto for_each_service = [main](auto body) {
        for (server_rec* server = main; server; server = server->next) {
            if (auto* const service = const_cast<Service*>(site_settings(server).service)) body(*service);
        }
    };
    Limits longest{};
    seconds window{};
    for_each_service([&](Service& service) {
        longest = longer_of(longest, service.site().longest);
        window = std::max(window, service.site().sign_in_limit.window);
    });
    for_each_service([&](Service& service) { service.share_longest(longest, window); });
}

// What mod_info shows to whoever may see its page.
void warn_of_shown_secret(server_rec* server, const SiteSettings& settings) {
    const auto twilio = twilio_of(settings);
    const bool is_literal = is_literal_secret(twilio.auth_token) || is_literal_secret(twilio.api_key.secret);
    if (!is_literal || !ap_find_linked_module("mod_info.c")) return;
    ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server,
                 "UZMFA1100 mod_info is loaded and shows directives: write Twilio's secret as file:PATH or exec:COMMAND");
}

bool is_first_start() {
    int generation = 0;
    return ap_mpm_query(AP_MPMQ_GENERATION, &generation) != APR_SUCCESS || generation == 0;
}

}  // namespace

int check_config(apr_pool_t* config, apr_pool_t*, apr_pool_t* temporary, server_rec* main) noexcept {
    // A virtual host without directives of its own shares the main server's settings, but has a name
    // and so a service of its own.
    for (server_rec* server = main->next; server; server = server->next) {
        if (&site_settings(server) != &site_settings(main)) continue;
        ap_set_module_config(server->module_config, &uzmfa_module, make_in<SiteSettings>(config, site_settings(main)));
    }
    const int status = for_each_gated(main, [&](server_rec* server, SiteSettings& settings) -> std::string {
        auto service = Service::build(config, server, settings);
        if (!service) return service.error().detail;
        settings.service = *service;
        settings.defaults = (*service)->defaults();
        warn_of_shown_secret(server, settings);
        if ((*service)->site().allow_http) {
            ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server,
                         "UZMFA1095 UzmfaAllowHttp is On: sessions can be stolen on the way; for tests only");
        }
        return sharing_complaint(main, **service);
    });
    if (status == OK) share_longest_limits(main);
    if (status == OK) warn_of_unguarded_ways(temporary);
    return status;
}

int post_config(apr_pool_t*, apr_pool_t*, apr_pool_t* temporary, server_rec* main) noexcept {
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) return OK;
    std::string said;  // virtual hosts share a database more often than not
    return for_each_gated(main, [&](server_rec* server, SiteSettings& settings) -> std::string {
        auto& service = const_cast<Service&>(*settings.service);
        const auto missing = service.examine(temporary);
        if (missing.empty()) return {};
        const auto complaint = missing + " is missing (the module's own tables: uzmfactl schema --upgrade)";
        if (is_first_start()) return complaint;
        if (complaint == said) return {};
        said = complaint;
        service.memory().may_raise(NodeMemory::Alarm::database, now());
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, server, "UZMFA1096 %s: gated places answer 503", complaint.c_str());
        return {};
    });
}

}  // namespace uzmfa
