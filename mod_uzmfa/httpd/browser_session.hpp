// SPDX-License-Identifier: Apache-2.0
// The session of a request's browser: opened from the cookie once, written back when it changed.
#pragma once

#include "core/session.hpp"
#include "core/outcome.hpp"
#include "httpd/service.hpp"

#include <string_view>

namespace uzmfa {

// Of the first request of a chain of subrequests and internal redirects; in its pool.
struct BrowserSession {
    enum class Cookie : std::uint8_t {
        unread,
        opened,     // `session` says what it holds; nothing where it is none of ours
        revoked,    // ours, but ended or replaced
        undecided,  // ours or not, whether it is revoked cannot be known now: `session` is good for nothing but to be ended
    } cookie = Cookie::unread;
    bool is_fresh = false;  // the session was just looked up, so that no other node has ended it
    bool secure = false;  // TLS, or UzmfaAllowHttp
    Moment now{};         // when it was looked at: a client may take long between a request's first line and its last
    const Session* session = nullptr;
    const Session* ended = nullptr;  // what a revoked cookie holds: it says whose it was
    std::string_view others;         // what other modules keep in their session
    session_rec record{};            // mod_session's view of those, with a pool once it was asked for
    const char* header = nullptr;    // the Set-Cookie of this answer
    bool drops = false;              // which takes the cookie away
    const Outcome* answer = nullptr;  // what stopped the request, for the page that says so
};
static_assert(std::is_trivially_destructible_v<BrowserSession>);

// The one that the browser sent; httpd may have made others of it.
template <class Request>
Request* first_of_chain(Request* r) {
    while (r->main || r->prev) r = r->main ? r->main : r->prev;
    return r;
}

// The one whose headers the browser gets.
template <class Request>
Request* answered_request(Request* r) {
    while (r->main) r = r->main;
    return r;
}

struct Admitted;

// Each request of a chain has one: what was read, given or let pass, and a flag. `sees_details` sets `asks_require` while it
// asks httpd what Require says, so that the hook `admit_own_page` does not answer in its stead.
struct RequestRecord {
    BrowserSession* browser = nullptr;  // of the first request of the chain only
    bool is_own_page = false;
    std::string_view* given_body = nullptr;  // what is left of a body that takes the place of the client's
    bool asks_require = false;  // what Require would say is to be known, and no more
    bool is_authenticated = false;  // by its AuthType: httpd has asked for what Require says, which comes next
    const Admitted* admitted = nullptr;  // by check_sign_in, for gate_and_describe
};
RequestRecord& new_record_of(request_rec* r);
inline RequestRecord& record_of(request_rec* r) {
    auto* const record = static_cast<RequestRecord*>(ap_get_module_config(r->request_config, &uzmfa_module));
    return record ? *record : new_record_of(r);
}

BrowserSession& browser_session(request_rec* r, const Service& service);

// Puts the cookie into the answer: the session sealed, with the other modules' entries beside it.
void save_session(request_rec* r, const Service& service, BrowserSession& browser, const Session& session);
void drop_session(request_rec* r, const Service& service, BrowserSession& browser);
// Takes the cookie away, but this request and what it leads to within httpd keep the session.
void drop_cookie(request_rec* r, const Service& service, BrowserSession& browser);

// httpd forgets the headers of an answer that a filter turns into an error (416): the cookie is put back.
void keep_cookie(request_rec* r) noexcept;

// A request may take long, and another of the same browser be signed in, verified or out meanwhile: its cookie of before
// would take the place of the new one, and so would the application's cookies. Called when the answer's first bytes pass.
void withhold_stale_cookies(request_rec* r);

// mod_session's hooks: the module is its store.
apr_status_t load_for_mod_session(request_rec* r, session_rec** record);
apr_status_t save_for_mod_session(request_rec* r, session_rec* record);

}  // namespace uzmfa
