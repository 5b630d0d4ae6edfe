// SPDX-License-Identifier: Apache-2.0
// What one request offers, as values. Texts live as long as the request.
#pragma once

#include "core/form.hpp"
#include "core/kept_posts.hpp"
#include "core/moment.hpp"
#include "core/session.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace uzmfa {

enum class Verb : std::uint8_t { get, head, post, other };

struct Visit {
    Moment now;
    const Session* session = nullptr; // authentic and not revoked; whether it is alive, the core says
    bool revoked = false;             // the cookie is authentic, but its session was ended or replaced
    const Session* held = nullptr;    // what the cookie holds, ended or not: says whose it was, and is good for nothing else
    const PostedForm* posted = nullptr;  // of a POST that is stopped and may be kept
    // Whether the session may be written anew as it is: not where another node may just have ended it, for the browser may
    // have another by now. So it is about once a `rhythm`.
    bool may_touch = false;
    seconds rhythm{};
    std::string_view user;            // whom another AuthType names on this request
    bool own_sign_in = false;         // the place says AuthType Uzmfa
    bool secure = false;              // TLS, or UzmfaAllowHttp
    bool navigation = false;          // a person's browser opens a page: it can follow a redirect
    bool subrequest = false;
    bool foreign_upgrade = false;     // a page of another site wants the connection to become something else than HTTP
    bool signs_out = false;           // of the application (UzmfaAppLogout)
    bool cross_site = false;          // Sec-Fetch-Site says that another site sent it
    std::string_view administrator{}; // whom httpd let into the administrators' page, asked by a Require of its own
    std::string_view target;          // path and query asked for
    std::string_view address;         // the client's
    std::string_view browser;         // what it calls itself
    std::string_view remembered{};    // the token of a remembered browser, as it came
};

// What a program says of what is to be done.
struct ActionBody {
    std::optional<int> hours{};  // out of bounds is -1
};

// A request for one of the module's own pages.
struct PageVisit {
    Visit visit;
    std::string_view page;   // below UzmfaPath, such as "login"; escapes are as they came
    Verb verb = Verb::other;
    enum class Input : std::uint8_t { read, malformed, too_large, unsupported } input = Input::read;
    Form form{};
    Form query{};
    ActionBody body{};         // of the API, in the place of a form
    std::string_view csrf{};   // X-Uzmfa-Csrf
};

// Answered by JSON, and by a problem document where a person would get a page.
inline bool is_for_programs(std::string_view page) { return page.starts_with("api/"); }

}  // namespace uzmfa
