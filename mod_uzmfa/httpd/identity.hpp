// SPDX-License-Identifier: Apache-2.0
// Who the application is told its user is, and what of the request it would believe instead.
#pragma once

#include "httpd/httpd_api.hpp"

#include <string_view>

namespace uzmfa {

// The user, or null for nobody, in place of what a client has sent and httpd has not checked: Authorization, the headers that
// only a proxy in front may set, and UzmfaUserHeader, in any spelling.
void replace_claims(request_rec* r, const char* user);

// The same of UzmfaUserHeader alone, where there is no gate.
void name_user_to_backend(request_rec* r, const char* user);

// A connection would become something else than HTTP (RFC 9110 §7.8) at the wish of a page of another site, by the
// cookies of this one: browsers ask nobody before they open a WebSocket (RFC 6455 §10.2).
bool is_foreign_upgrade(request_rec* r);

}  // namespace uzmfa
