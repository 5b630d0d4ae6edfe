// SPDX-License-Identifier: Apache-2.0
// The gate in httpd's phases.
#pragma once

#include "httpd/httpd_api.hpp"

namespace uzmfa {

// access_checker_ex, after httpd's own, which leaves to it who needs a user: an exempt request does without our sign-in.
int waive_sign_in(request_rec* r);

// force_authn: a gated place asks for its user even where `Require` would not, and so does a page of such a user.
int force_sign_in(request_rec* r);

// check_authn for AuthType Uzmfa: the session's user, or the page that is due.
int check_sign_in(request_rec* r);

// auth_checker under another AuthType: before Require, whose refusal would ask for the password again, and in its stead for
// the pages that check for themselves.
int gate_before_require(request_rec* r);

// type_checker and fixups: passes by declining, else the status. fixups tells the application, too.
int gate(request_rec* r);
int gate_and_describe(request_rec* r);

// Where `Require` refuses a user of ours, httpd would answer with a bare 401.
int explain_refusal(request_rec* r, const char* auth_type);

// Require mfa: a verified session of this request's user.
authz_status require_mfa(request_rec* r);

}  // namespace uzmfa
