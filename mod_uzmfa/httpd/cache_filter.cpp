// SPDX-License-Identifier: Apache-2.0
#include "httpd/cache_filter.hpp"

#include "httpd/browser_session.hpp"

namespace uzmfa {
namespace {

ap_filter_rec_t* private_filter = nullptr;  // set at registration

bool is_strict_enough(const char* value) {
    return value && (ap_find_token(nullptr, value, "no-store") || ap_find_token(nullptr, value, "private"));
}

// mod_cache stores nothing of a request with this variable, whatever its directives say.
void forbid_storing(request_rec* r) { apr_table_setn(r->subprocess_env, "no-cache", "1"); }

// Set when the first bytes pass: CGI and proxy write their headers after fixups, and mod_rewrite of an .htaccess may have
// taken the variable away there.
apr_status_t make_private(ap_filter_t* filter, apr_bucket_brigade* brigade) noexcept {
    request_rec* const r = filter->r;
    ap_remove_output_filter(filter);
    apr_table_t* const headers = r->headers_out;
    const char* const said = apr_table_get(headers, "Cache-Control");
    if (!is_strict_enough(said) && !is_strict_enough(apr_table_get(r->err_headers_out, "Cache-Control"))) {
        apr_table_unset(r->err_headers_out, "Cache-Control");
        apr_table_setn(headers, "Cache-Control", "private");
    }
    forbid_storing(r);
    withhold_stale_cookies(r);
    return ap_pass_brigade(filter->next, brigade);
}

// Or reached by a redirect inside httpd from a request that was.
bool is_gated(request_rec* r) {
    for (; r; r = r->prev) {
        if (service_of(r) && engine_of(r) != Engine::off) return true;
    }
    return false;
}

}  // namespace

void register_cache_filter() {
    private_filter = ap_register_output_filter("UZMFA_PRIVATE", make_private, nullptr, AP_FTYPE_CONTENT_SET);
}

void keep_out_of_caches(request_rec* r) {
    forbid_storing(r);
    if (!r->main) ap_add_output_filter_handle(private_filter, nullptr, r, r->connection);
}

void keep_error_out_of_caches(request_rec* r) noexcept {
    if (is_gated(r)) ap_add_output_filter_handle(private_filter, nullptr, r, r->connection);
}

void keep_error_document_out_of_caches(request_rec* r) noexcept {
    if (r->prev && is_gated(r->prev)) ap_add_output_filter_handle(private_filter, nullptr, r, r->connection);
}

}  // namespace uzmfa
