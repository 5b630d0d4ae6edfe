// SPDX-License-Identifier: Apache-2.0
// The module's own pages in httpd's phases.
#pragma once

#include "httpd/httpd_api.hpp"

namespace uzmfa {

// translate_name, map_to_storage: marks a request under UzmfaPath before any other module can map, rewrite or proxy it.
int claim_own_page(request_rec* r);
// pre_translate_name: the same, while escapes are as they came; those of the API stay so.
int claim_raw_page(request_rec* r);

// The administrators' page and their part of the API: what obeys the Require of its place.
bool is_admin_page(request_rec* r);

// The API, which is for programs whatever asks for it.
bool is_own_api(request_rec* r);

// The metrics obey the Require of their place as well, and need no session.
bool is_metrics_page(request_rec* r);
inline bool obeys_require(request_rec* r) { return is_admin_page(r) || is_metrics_page(r); }

// Whether `health` may say more to this request: UzmfaMetrics is On here, and Require asks for no user and lets it in.
bool sees_details(request_rec* r);

// access_checker_ex: the others are let through whatever Require says; they check for themselves.
int admit_own_page(request_rec* r);

// force_authn: what belongs to a session whose first factor is another AuthType's is for whom that names now.
bool asks_first_factor(request_rec* r);

// handler: answers whatever was marked.
int serve_own_page(request_rec* r);

}  // namespace uzmfa
