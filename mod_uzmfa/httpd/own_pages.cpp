// SPDX-License-Identifier: Apache-2.0
#include "httpd/own_pages.hpp"

#include "core/flow.hpp"
#include "core/return_path.hpp"
#include "httpd/events.hpp"
#include "httpd/health.hpp"
#include "httpd/metrics.hpp"
#include "httpd/pool.hpp"
#include "httpd/read_visit.hpp"
#include "httpd/request_services.hpp"
#include "httpd/write_outcome.hpp"

namespace uzmfa {
namespace {

// Below UzmfaPath, without the slash between; empty for UzmfaPath itself.
std::string_view page_of(const request_rec* r, const Site& site) {
    auto page = view_of(r->uri).substr(site.own_path.size());
    if (!page.empty()) page.remove_prefix(1);
    return page;
}

bool shows_certificate(request_rec* r) {
    const auto lookup = APR_RETRIEVE_OPTIONAL_FN(ssl_var_lookup);
    if (!lookup) return false;
    return view_of(lookup(r->pool, r->server, r->connection, r, const_cast<char*>("SSL_CLIENT_VERIFY"))) == "SUCCESS";
}

}  // namespace

int claim_own_page(request_rec* r) {
    const Service* const service = service_of(r);
    if (!service || r->main || !r->uri) return DECLINED;
    // Asked anew each time: with AllowEncodedSlashes the path is another one once it is decoded.
    record_of(r).is_own_page = lies_under(r->uri, service->site().own_path);
    return record_of(r).is_own_page ? OK : DECLINED;
}

int claim_raw_page(request_rec* r) {
    const int claimed = claim_own_page(r);
    // Names in an address of the API are decoded once, by the core: a slash may be part of one.
    return claimed == OK && is_own_api(r) ? DONE : claimed;
}

bool is_admin_page(request_rec* r) {
    return record_of(r).is_own_page && place_settings(r).admin.value_or(false) &&
           is_for_administrators(page_of(r, service_of(r)->site()));
}

bool is_own_api(request_rec* r) { return record_of(r).is_own_page && is_for_programs(page_of(r, service_of(r)->site())); }

bool is_metrics_page(request_rec* r) {
    return record_of(r).is_own_page && place_settings(r).metrics.value_or(false) &&
           page_of(r, service_of(r)->site()) == "metrics";
}

bool sees_details(request_rec* r) {
    if (!place_settings(r).metrics.value_or(false)) return false;
    // In silence: the answer stands whatever Require says, so that httpd has nothing to log.
    ap_logconf* const silence = ap_new_log_config(r->pool, nullptr);
    silence->level = APLOG_EMERG;
    const auto* const log = std::exchange(r->log, silence);
    record_of(r).asks_require = true;
    const bool is_let_in = ap_run_access_checker_ex(r) == OK;
    record_of(r).asks_require = false;
    r->log = log;
    return is_let_in;
}

int admit_own_page(request_rec* r) {
    const RequestRecord& record = record_of(r);
    return record.is_own_page && !record.asks_require && !obeys_require(r) ? OK : DECLINED;
}

bool asks_first_factor(request_rec* r) {
    if (!record_of(r).is_own_page || has_own_auth_type(r)) return false;
    const Service& service = *service_of(r);
    if (!is_for_its_user(page_of(r, service.site()))) return false;
    const BrowserSession& browser = browser_session(r, service);
    if (!browser.session || !browser.session->external) return false;
    const char* const type = ap_auth_type(r);
    if (!type || ap_cstr_casecmp(type, "None") == 0) return false;
    // A browser shows a password only where it was asked for it; other signs of who it is come with each request. mod_ssl makes
    // a certificate's name a Basic one (FakeBasicAuth), later than here.
    const bool shows_password = apr_table_get(r->headers_in, "Authorization") || shows_certificate(r);
    const bool is_dialog = ap_cstr_casecmp(type, "Basic") == 0 || ap_cstr_casecmp(type, "Digest") == 0;
    return shows_password || !is_dialog;
}

int serve_own_page(request_rec* r) {
    if (!record_of(r).is_own_page) return DECLINED;
    const Service& service = *service_of(r);
    const auto page = page_of(r, service.site());
    if (page == answer_page) {
        if (const Outcome* answer = stopping_answer(r, service)) return write_page(r, service, *answer);
    }
    leave_large_body(r);
    if (const Rendered* asset = service.pages().asset(page)) return write_asset(r, service, *asset);
    if (page == "health") return write_health(r, service);
    if (is_metrics_page(r)) return write_metrics(r, service);

    auto visit = read_visit(r, service, has_own_auth_type(r), page == "logout");
    if (!visit) {
        auto failed = failure(visit.error());
        return write_outcome(r, service, is_for_programs(page) ? as_problem(std::move(failed)) : failed);
    }
    // Behind check_access_ex: whoever is named here has passed this place's Require.
    if (is_admin_page(r) && place_settings(r).is_required) visit->administrator = view_of(r->user);
    const auto request = read_page_visit(r, *visit, page);
    Outcome outcome;
    {
        // The connection goes back before the answer is written to a slow client.
        RequestServices services{r, service};
        outcome = serve(request, policy_of(r), service.site(), services.ports());
        record_event(r, service, services.database(), outcome);
    }
    return write_outcome(r, service, outcome);
}

}  // namespace uzmfa
