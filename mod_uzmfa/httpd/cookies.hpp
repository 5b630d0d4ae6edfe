// SPDX-License-Identifier: Apache-2.0
// Cookies of the module, by name: `Path=/; HttpOnly; SameSite=Lax`, and `Secure` but for UzmfaAllowHttp (RFC 6265).
#pragma once

#include "core/policy.hpp"
#include "httpd/httpd_api.hpp"

#include <string>
#include <string_view>

namespace uzmfa {

std::string_view session_cookie(const Site& site);  // UzmfaSessionCookie
std::string browser_cookie(const Site& site);       // of a remembered browser: the same and "-browser"

// As the request has it; empty where it has none.
std::string_view cookie_value(const request_rec* r, std::string_view name);

// The value of a Set-Cookie. `lifetime` is empty: until the browser closes; or such as "; Max-Age=0".
const char* set_cookie_value(apr_pool_t* pool, const Site& site, std::string_view name, std::string_view value,
                             std::string_view lifetime);

// One by which the browser forgets an application's cookie of that path.
const char* expired_cookie_value(apr_pool_t* pool, const Site& site, const char* name, const char* path);

}  // namespace uzmfa
