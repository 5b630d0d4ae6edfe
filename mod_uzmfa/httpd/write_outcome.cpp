// SPDX-License-Identifier: Apache-2.0
#include "httpd/write_outcome.hpp"

#include "httpd/app_cookies.hpp"
#include "httpd/cookies.hpp"
#include "httpd/log.hpp"
#include "httpd/pool.hpp"
#include "httpd/request_body.hpp"
#include "httpd/table_entries.hpp"
#include "view/document_json.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

struct Header {
    const char* name;
    const char* value;
};
constexpr Header headers_of_every_answer[] = {
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; "
     "frame-ancestors 'none'; form-action 'self'"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
};

void write_headers(request_rec* r, const Outcome& outcome) {
    apr_table_t* const headers = r->err_headers_out;
    for (const auto& [name, value] : headers_of_every_answer) apr_table_setn(headers, name, value);
    // httpd would ask for the AuthType's own scheme; this one opens no dialog in a browser.
    if (outcome.status == HTTP_UNAUTHORIZED) apr_table_setn(headers, "WWW-Authenticate", "Uzmfa");
    if (outcome.retry_after > seconds{}) {
        apr_table_setn(headers, "Retry-After", apr_ltoa(r->pool, static_cast<long>(outcome.retry_after.count())));
    }
    if (!outcome.allow.empty()) apr_table_setn(headers, "Allow", copy_in(r->pool, outcome.allow));
    if (!outcome.location.empty()) apr_table_setn(headers, "Location", copy_in(r->pool, outcome.location));
}

// What is left unread ends an HTTP/2 stream with an error, and an HTTP/1.1 connection.
void take_small_body(request_rec* r) {
    constexpr apr_off_t small = 64 * 1024;
    const auto length = announced_length(r);
    if (r->main || !length || *length > small) return;
    // Not ap_discard_request_body: it leaves the body of an HTTP/2 stream where it is.
    if (ap_setup_client_block(r, REQUEST_CHUNKED_DECHUNK) != OK || !ap_should_client_block(r)) return;
    char piece[2048];
    while (ap_get_client_block(r, piece, sizeof piece) > 0) continue;
}

void remember_browser(request_rec* r, const Site& site, std::string_view token) {
    if (token.empty()) return;
    const auto lifetime = "; Max-Age=" + std::to_string(site.remember_browser.count());
    apr_table_addn(r->err_headers_out, "Set-Cookie", set_cookie_value(r->pool, site, browser_cookie(site), token, lifetime));
}

// Whatever session the browser has with the application is not that of whoever uses it from now on.
bool begins_or_ends_sign_in(const Session* former, const Outcome& outcome) {
    if (outcome.drop_session) return true;
    const Session& session = *outcome.session;
    if (session.user.empty()) return false;
    return !former || former->user != session.user || former->signed_in_at != session.signed_in_at;
}

void apply_session(request_rec* r, const Service& service, const Outcome& outcome) {
    if (!outcome.session && !outcome.drop_session) return;
    BrowserSession& browser = browser_session(r, service);
    if (browser.secure && begins_or_ends_sign_in(browser.session, outcome)) expire_app_cookies(r);
    if (outcome.session) save_session(r, service, browser, *outcome.session);
    else drop_session(r, service, browser);
}

// The page of a request that was stopped is a request of its own, and the line is about the stopped one.
std::string_view log_id_of(const request_rec* r) {
    while (!r->log_id && r->prev) r = r->prev;
    return view_of(r->log_id);
}

// httpd may have a language of its own for the path, as by DefaultLanguage.
void name_language(request_rec* r, std::string_view language) {
    r->content_languages = nullptr;
    if (language.empty()) return;
    r->content_languages = apr_array_make(r->pool, 1, sizeof(const char*));
    *static_cast<const char**>(apr_array_push(r->content_languages)) = copy_in(r->pool, language);
    apr_table_mergen(r->headers_out, "Vary", "Accept-Language");
}

void write_body(request_rec* r, const Rendered& rendered) {
    const auto& [content_type, body, language] = rendered;
    // The whole page or nothing: no 206, no 304.
    apr_table_unset(r->headers_in, "Range");
    ap_set_content_type(r, copy_in(r->pool, content_type));
    name_language(r, language);
    ap_set_content_length(r, static_cast<apr_off_t>(body.size()));
    if (!r->header_only) ap_rwrite(body.data(), static_cast<int>(body.size()), r);
}

bool has_own_names(const apr_table_t* table) {
    const auto entries = entries_of(table);
    return std::any_of(entries.begin(), entries.end(),
                       [](const auto& entry) { return ap_cstr_casecmpn(entry.key, "UZMFA_", 6) == 0; });
}

}  // namespace

void tell(request_rec* r, std::initializer_list<Told> all) {
    for (apr_table_t* const table : {r->subprocess_env, r->notes}) {
        // Names that begin alike are dear to replace, and there is hardly ever one.
        const auto put = has_own_names(table) ? apr_table_setn : apr_table_addn;
        for (const auto& [name, value] : all) put(table, name, value);
    }
}

int write_page(request_rec* r, const Service& service, const Outcome& outcome) {
    tell(r, {{"UZMFA_DECISION", name_of(outcome.reason).data()}});
    write_headers(r, outcome);
    if (outcome.document) {
        r->status = outcome.status;
        write_body(r, {"application/json", json_text(*outcome.document)});
        return OK;
    }
    if (!outcome.page && r->prev) {
        // The answer to a request that httpd stops by a status of its own.
        r->status = outcome.status;
        return OK;
    }
    if (!outcome.page) return outcome.status;
    // For what an administrator must look up; the line has it where ErrorLogFormat says %L.
    const auto request_id = outcome.status >= 500 ? log_id_of(r) : std::string_view{};
    const Reader reader{view_of(apr_table_get(r->headers_in, "Accept-Language")), request_id};
    auto rendered = service.pages().render(*outcome.page, outcome.status, service.site(), reader);
    if (!rendered) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "UZMFA1091 %s", rendered.error().detail.c_str());
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    r->status = outcome.status;
    write_body(r, *rendered);
    return OK;
}

int write_outcome(request_rec* r, const Service& service, const Outcome& outcome) {
    log_outcome(r, service, outcome);
    apply_session(r, service, outcome);
    remember_browser(r, service.site(), outcome.browser_token);
    return write_page(r, service, outcome);
}

int stop_request(request_rec* r, const Service& service, Outcome outcome, int status) {
    log_outcome(r, service, outcome);
    apply_session(r, service, outcome);
    tell(r, {{"UZMFA_DECISION", name_of(outcome.reason).data()}});
    write_headers(r, outcome);
    take_small_body(r);
    if ((outcome.page || outcome.status != status) && !r->main) {
        const auto path = std::string{service.site().own_path} + "/" + std::string{answer_page};
        ap_custom_response(r, status, path.c_str());
        browser_session(r, service).answer = make_in<Outcome>(r->pool, std::move(outcome));
    }
    return status;
}

const Outcome* stopping_answer(request_rec* r, const Service& service) {
    return r->prev ? browser_session(r, service).answer : nullptr;
}

int write_asset(request_rec* r, const Service& service, const Rendered& asset) {
    if (r->method_number != M_GET) {
        auto refused = refusal(HTTP_METHOD_NOT_ALLOWED, Reason::method_not_allowed);
        refused.allow = "GET, HEAD";
        return write_outcome(r, service, refused);
    }
    write_headers(r, Outcome{});
    write_body(r, asset);
    return OK;
}

}  // namespace uzmfa
