// SPDX-License-Identifier: Apache-2.0
// From a request_rec to values.
#pragma once

#include "core/visit.hpp"
#include "httpd/browser_session.hpp"

namespace uzmfa {

// All that admission needs. An error where the session cannot be judged now. `own_sign_in`: has_own_auth_type.
// `ends_session`: one of which nobody can know whether it was ended already will do.
Result<Visit> read_visit(request_rec* r, const Service& service, bool own_sign_in, bool ends_session = false);

// What only an answer of our own needs.
void read_circumstances(request_rec* r, Visit& visit);

// Before httpd answers it reads what is left of a body; not where the connection is not used again.
void leave_large_body(request_rec* r);

// Reads the body of a POST, up to its bound.
PageVisit read_page_visit(request_rec* r, const Visit& visit, std::string_view page);

// UzmfaAppLogout holds for this request.
bool signs_out_of_application(request_rec* r);

inline constexpr char own_auth_type[] = "Uzmfa";

// AuthType Uzmfa holds for this place.
bool has_own_auth_type(request_rec* r);

}  // namespace uzmfa
