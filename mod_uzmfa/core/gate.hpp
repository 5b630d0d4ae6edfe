// SPDX-License-Identifier: Apache-2.0
// The gate: may this request reach the application?
#pragma once

#include "core/outcome.hpp"
#include "core/policy.hpp"
#include "core/ports.hpp"
#include "core/visit.hpp"

namespace uzmfa {

struct Admission {
    bool passes = false;
    Reason reason;
    bool verified = false; // the session is a verified one of the user of this request
    bool touches = false;  // the session's last activity is to be written anew
};

// Needs nothing but the request: no database, no provider. Cases, in this order:
//  1. plain HTTP                                        stop
//  2. an upgrade for a page of another site             stop
//  3. nobody signed in                                  stop
//  4. a verified session of the user of this request    pass
//     … whose last verification is too long ago for here stop
//  5. UzmfaEngine On                                    stop
//  6. only the first factor is asked for                pass
Admission admit(const Visit& visit, const Policy& policy);

// Whether the place wants a later verification. Only one counts that the user made: a skip made none, and a remembered
// browser's was long ago.
bool is_step_up_due(const Session& session, const Policy& policy, Moment now);

// The answer to a request that was not admitted. Where another AuthType is the first factor, this
// makes the pending session. A form is kept.
Outcome stop(const Visit& visit, Reason reason, const Site& site, Services& services);

// Ends the session. Where that is not to be had, the answer that says so.
Outcome sign_out(const Session& session, const Site& site, Services& services);

// The answer in the form that the client can use: a program gets a problem document (RFC 9457) where a
// person gets an error page.
Outcome fit_for(const Visit& visit, Outcome outcome);

// The URL of an own page with `next` in its query.
std::string page_url(std::string_view own_path, std::string_view page, std::string_view next);

// What stands between a signed-in account and the application. `allowed` is false where it may not sign in.
struct Standing {
    bool known = false;
    bool allowed = false;
    std::optional<std::size_t> code_digits{};  // nothing: not enrolled
    Account account{};

    bool enrolled() const { return code_digits.has_value(); }
};
Result<Standing> standing_of(std::string_view user, Services& services);

// Gives a session the mark of its user's row as it is now, by which it is known to be over once the row has changed.
// False where there is no row any more.
Result<bool> mark(Session& session, Services& services, Moment now);

}  // namespace uzmfa
