// SPDX-License-Identifier: Apache-2.0
#include "httpd/browser_session.hpp"

#include "crypto/encoding.hpp"
#include "httpd/app_cookies.hpp"
#include "httpd/clock.hpp"
#include "httpd/cookies.hpp"
#include "httpd/opened_cookies.hpp"
#include "httpd/pool.hpp"
#include "httpd/recheck.hpp"
#include "httpd/table_entries.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace uzmfa {
namespace {

constexpr std::size_t longest_cookie = 4096;
constexpr std::size_t longest_entries = 2048;  // of other modules

constinit thread_local OpenedCookies opened_cookies;

bool is_secure(request_rec* r, const Site& site) {
    return site.allow_http || view_of(ap_http_scheme(r)) == "https";
}

std::optional<SealedRecord> unseal(apr_pool_t* pool, const Service& service, std::string_view cookie) {
    std::array<std::uint8_t, longest_cookie> sealed;
    const auto size = decode_base64url(cookie, sealed);
    if (!size || *size <= Sealer::overhead) return std::nullopt;
    auto* const plain = static_cast<std::uint8_t*>(apr_palloc(pool, *size));
    const auto length = service.session_sealer().open(std::span{sealed}.first(*size), {}, {plain, *size});
    if (!length) return std::nullopt;
    return decode_session({reinterpret_cast<const char*>(plain), *length});
}

// No session where the cookie is missing, foreign, damaged or of an old format.
void open_cookie(request_rec* first, const Service& service, BrowserSession& browser) {
    const auto value = cookie_value(first, session_cookie(service.site()));
    if (value.empty() || value.size() > longest_cookie) return;
    if (const Session* known = opened_cookies.find(service.instance(), value)) {
        browser.session = make_in<Session>(first->pool, *known);
        return;
    }
    const auto record = unseal(first->pool, service, value);
    if (!record) return;
    browser.session = make_in<Session>(first->pool, record->session);
    browser.others = record->others;
    if (record->others.empty()) opened_cookies.remember(service.instance(), value, record->session);
}

void read_cookie(request_rec* r, const Service& service, BrowserSession& browser) {
    using Cookie = BrowserSession::Cookie;
    open_cookie(first_of_chain(r), service, browser);
    const auto [state, is_fresh] = browser.session         ? recheck(r, service, *browser.session, browser.now)
                                   : service.source().read ? Recheck{SessionState::alive}
                                                           : Recheck{};
    browser.is_fresh = is_fresh;
    switch (state) {
        case SessionState::alive: browser.cookie = Cookie::opened; break;
        case SessionState::unknown: browser.cookie = Cookie::undecided; break;
        case SessionState::over:
            browser.cookie = Cookie::revoked;
            browser.ended = std::exchange(browser.session, nullptr);
            browser.others = {};
    }
}

// Where the answer holds this Set-Cookie.
const char** place_of(const char* set_cookie, apr_table_t* headers) {
    for (apr_table_entry_t& entry : entries_of(headers)) {
        if (entry.val == set_cookie) return const_cast<const char**>(&entry.val);
    }
    return nullptr;
}

// One Set-Cookie an answer: a second one takes the place of the first.
void set_cookie(request_rec* r, const Site& site, BrowserSession& browser, std::string_view value, std::string_view lifetime) {
    const char* const header = set_cookie_value(first_of_chain(r)->pool, site, session_cookie(site), value, lifetime);
    request_rec* const answered = answered_request(r);
    const char** former = nullptr;
    // httpd exchanges the two where it answers with an error.
    for (apr_table_t* const headers : {answered->err_headers_out, answered->headers_out}) {
        if (browser.header && !former) former = place_of(browser.header, headers);
    }
    if (former) *former = header;
    else apr_table_addn(answered->err_headers_out, "Set-Cookie", header);
    browser.header = header;
}

// While the request was under way.
bool has_ended(const Service& service, const BrowserSession& browser) {
    return browser.session && service.memory().revocations.contains(*browser.session, service.source().name);
}

}  // namespace

RequestRecord& new_record_of(request_rec* r) {
    auto* const record = make_in<RequestRecord>(r->pool);
    ap_set_module_config(r->request_config, &uzmfa_module, record);
    return *record;
}

BrowserSession& browser_session(request_rec* r, const Service& service) {
    request_rec* const first = first_of_chain(r);
    RequestRecord& record = record_of(first);
    if (!record.browser) {
        record.browser = make_in<BrowserSession>(first->pool);
        record.browser->secure = is_secure(first, service.site());
        record.browser->now = now();
    }
    if (record.browser->cookie == BrowserSession::Cookie::unread) read_cookie(r, service, *record.browser);
    return *record.browser;
}

void save_session(request_rec* r, const Service& service, BrowserSession& browser, const Session& session) {
    browser.session = make_in<Session>(first_of_chain(r)->pool, session);
    browser.drops = false;
    if (!browser.secure) return;
    Session written = session;
    written.checked_at = std::max(written.checked_at, service.memory().rechecks.checked_at(session.id));
    const auto plain = encode(written, browser.others);
    const auto sealed = service.session_sealer().seal(bytes_of(plain), {});
    set_cookie(r, service.site(), browser, base64url(sealed), "");
}

void drop_session(request_rec* r, const Service& service, BrowserSession& browser) {
    browser.session = nullptr;
    browser.others = {};
    drop_cookie(r, service, browser);
}

void drop_cookie(request_rec* r, const Service& service, BrowserSession& browser) {
    browser.drops = true;
    if (browser.secure) set_cookie(r, service.site(), browser, "", "; Max-Age=0");
    // Not "cookies": those of neighbouring hosts would go too.
    if (service.site().clear_site_data) {
        apr_table_setn(answered_request(r)->err_headers_out, "Clear-Site-Data", R"("cache", "storage")");
    }
}

void keep_cookie(request_rec* r) noexcept {
    const auto* const record =
        static_cast<const RequestRecord*>(ap_get_module_config(first_of_chain(r)->request_config, &uzmfa_module));
    if (!record || !record->browser || !record->browser->header) return;
    apr_table_t* const headers = answered_request(r)->err_headers_out;
    if (!place_of(record->browser->header, headers)) apr_table_addn(headers, "Set-Cookie", record->browser->header);
}

void withhold_stale_cookies(request_rec* r) {
    BrowserSession* const browser = record_of(first_of_chain(r)).browser;
    const Service* const service = service_of(r);
    if (!service || !browser || !(browser->header || site_settings(r->server).app_cookies)) return;
    if (!has_ended(*service, *browser)) return;

    withhold_app_cookies(r);
    if (browser->drops) return expire_app_cookies(r);
    if (!browser->header) return;
    const std::string_view stale = browser->header;
    keep_set_cookies(r->pool, answered_request(r)->err_headers_out, [&](std::string_view line) { return line != stale; });
    browser->header = nullptr;
}

apr_status_t load_for_mod_session(request_rec* r, session_rec** record) {
    const Service* const service = service_of(r);
    if (!service) return DECLINED;
    BrowserSession& browser = browser_session(r, *service);
    if (!browser.record.pool) {
        apr_pool_t* const pool = first_of_chain(r)->pool;
        browser.record.pool = pool;
        browser.record.entries = apr_table_make(pool, 4);
        browser.record.encoded = browser.others.empty() ? nullptr : copy_in(pool, browser.others);
    }
    *record = &browser.record;
    return OK;
}

apr_status_t save_for_mod_session(request_rec* r, session_rec* record) {
    const Service* const service = service_of(r);
    if (!service) return DECLINED;
    BrowserSession& browser = browser_session(r, *service);
    // SessionMaxAge asks for a write on every request; only a change is one.
    if (record != &browser.record || !record->dirty) return OK;
    // A new session would take the place of the one that was not looked at, or of the one that has come meanwhile:
    // this may be when the answer's first bytes pass, behind withhold_stale_cookies.
    if (browser.cookie == BrowserSession::Cookie::undecided || has_ended(*service, browser)) return OK;
    const auto others = view_of(record->encoded);
    if (others.size() > longest_entries) {
        // What no browser would send back is not written: the session goes on without it.
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "UZMFA1098 session entries of other modules over 2 KiB are not kept");
        return OK;
    }
    browser.others = copy_in(first_of_chain(r)->pool, others);
    Session session;
    if (browser.session) {
        session = *browser.session;
    } else {
        session.id = service->tokens().new_session_id();
        session.signed_in_at = session.last_active = browser.now;
    }
    save_session(r, *service, browser, session);
    return OK;
}

}  // namespace uzmfa
