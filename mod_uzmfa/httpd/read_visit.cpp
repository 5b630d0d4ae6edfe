// SPDX-License-Identifier: Apache-2.0
#include "httpd/read_visit.hpp"

#include "core/percent.hpp"
#include "core/printable.hpp"
#include "httpd/clock.hpp"
#include "httpd/cookies.hpp"
#include "httpd/identity.hpp"
#include "httpd/own_pages.hpp"
#include "httpd/pool.hpp"
#include "httpd/recheck.hpp"
#include "httpd/request_body.hpp"
#include "view/action_body.hpp"

#include <cstring>
#include <string>

namespace uzmfa {
namespace {

std::string_view header(request_rec* r, const char* name) { return view_of(apr_table_get(r->headers_in, name)); }

bool contains_ignoring_case(const char* text, const char* word) { return text && ap_strcasestr(text, word); }

// A person's browser opens a page: Sec-Fetch-Mode says so, or the old signs do.
bool is_navigation(request_rec* r) {
    const auto mode = header(r, "Sec-Fetch-Mode");
    if (!mode.empty()) return mode == "navigate";
    return r->method_number == M_GET && contains_ignoring_case(apr_table_get(r->headers_in, "Accept"), "text/html") &&
           header(r, "X-Requested-With").empty();
}

bool is_cross_site(request_rec* r) {
    const auto site = header(r, "Sec-Fetch-Site");
    return !site.empty() && site != "same-origin" && site != "none";
}

Verb verb_of(const request_rec* r) {
    if (r->method_number == M_GET) return r->header_only ? Verb::head : Verb::get;
    return r->method_number == M_POST ? Verb::post : Verb::other;
}

// The body, within the bound. What is larger is not read to its end.
PageVisit::Input read_small_body(request_rec* r, std::string& body) {
    auto [input, bytes] = read_body(r, longest_form);
    if (input == RequestBody::Input::too_large) return PageVisit::Input::too_large;
    if (input == RequestBody::Input::failed) return PageVisit::Input::malformed;
    body = std::move(bytes);
    return PageVisit::Input::read;
}

void read_form(request_rec* r, PageVisit& request) {
    std::string body;
    request.input = read_small_body(r, body);
    if (request.input != PageVisit::Input::read || body.empty()) return;
    auto form = is_form(r) ? Form::parse(body) : std::nullopt;
    if (form) request.form = std::move(*form);
    else request.input = PageVisit::Input::malformed;
}

void read_json(request_rec* r, PageVisit& request) {
    std::string json;
    request.input = read_small_body(r, json);
    if (request.input != PageVisit::Input::read) return;
    request.csrf = header(r, "X-Uzmfa-Csrf");
    if (!is_of_type(r, "application/json")) request.input = PageVisit::Input::unsupported;
    else if (const auto body = read_action_body(json)) request.body = *body;
    else request.input = PageVisit::Input::malformed;
}

}  // namespace

bool has_own_auth_type(request_rec* r) {
    // Set by check_sign_in; asking for the directive evaluates an expression.
    if (r->ap_auth_type == own_auth_type) return true;
    // Not the one in r, where mod_ssl puts a word of its own.
    const char* const type = ap_auth_type(r);
    return type && (std::strcmp(type, own_auth_type) == 0 || ap_cstr_casecmp(type, own_auth_type) == 0);
}

// By what was asked for: a rewrite may have changed it since.
bool signs_out_of_application(request_rec* r) {
    const auto& logout = place_settings(r).app_logout;
    if (!logout || !ap_is_initial_req(r)) return false;
    const char* const query = r->parsed_uri.query;
    const char* const path = r->parsed_uri.path ? r->parsed_uri.path : "/";
    const char* const asked = apr_pstrcat(r->pool, path, query ? "?" : nullptr, query, nullptr);
    if (ap_regexec(*logout, asked, 0, nullptr, 0) == 0) return true;
    // httpd has decoded the path; the application decodes the query.
    if (!query || !std::strchr(query, '%')) return false;
    const char* const plain = copy_in(r->pool, decode_unreserved(asked));
    return ap_regexec(*logout, plain, 0, nullptr, 0) == 0;
}

void leave_large_body(request_rec* r) {
    const bool is_short = announced_length(r).value_or(0) <= apr_off_t{longest_form};
    if (is_short && !apr_table_get(r->headers_in, "Transfer-Encoding")) return;
    r->connection->keepalive = AP_CONN_CLOSE;
}

Result<Visit> read_visit(request_rec* r, const Service& service, bool own_sign_in, bool ends_session) {
    if (service.is_broken()) return Error{ErrorKind::unavailable, "a table or column was missing at the start"};
    const BrowserSession& browser = browser_session(r, service);
    if (browser.cookie == BrowserSession::Cookie::undecided && !(ends_session && browser.session)) {
        return Error{ErrorKind::unavailable, "whether the session was ended cannot be known: the database is away"};
    }
    Result<Visit> result{std::in_place};
    Visit& visit = *result;
    visit.now = browser.now;
    visit.session = browser.session;
    visit.held = browser.ended ? browser.ended : visit.session;
    visit.revoked = browser.cookie == BrowserSession::Cookie::revoked;
    visit.may_touch = browser.is_fresh;
    if (visit.may_touch) visit.rhythm = recheck_interval(service.site(), limits_of(r));
    visit.own_sign_in = own_sign_in;
    if (!own_sign_in) visit.user = view_of(r->user);
    visit.secure = browser.secure;
    visit.foreign_upgrade = is_foreign_upgrade(r);
    return result;
}

void read_circumstances(request_rec* r, Visit& visit) {
    visit.navigation = is_navigation(r) && !is_own_api(r);
    visit.cross_site = is_cross_site(r);
    visit.subrequest = r->main != nullptr;
    visit.signs_out = signs_out_of_application(r);
    visit.target = view_of(r->unparsed_uri);
    visit.address = view_of(r->useragent_ip);
    visit.browser = beginning_of(header(r, "User-Agent"), 255);
}

PageVisit read_page_visit(request_rec* r, const Visit& visit, std::string_view page) {
    PageVisit request{.visit = visit, .page = page, .verb = verb_of(r)};
    read_circumstances(r, request.visit);
    if (visit.secure) request.visit.remembered = cookie_value(r, browser_cookie(service_of(r)->site()));

    if (request.verb == Verb::post) {
        if (is_for_programs(page)) read_json(r, request);
        else read_form(r, request);
        request.visit.now = now();  // a body may have taken long, and a code is good for a moment
    }
    auto query = Form::parse(view_of(r->args).substr(0, longest_form));
    if (query) request.query = std::move(*query);
    else if (request.input == PageVisit::Input::read) request.input = PageVisit::Input::malformed;
    return request;
}

}  // namespace uzmfa
