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

// Leaves those Set-Cookie lines that fit.
template <class Fits>
void keep_set_cookies(apr_pool_t* pool, apr_table_t* headers, Fits fits) {
    if (!apr_table_get(headers, "Set-Cookie")) return;
    apr_table_t* const former = apr_table_clone(pool, headers);
    apr_table_unset(headers, "Set-Cookie");
    const auto add = [&](const char* line) {
        if (fits(line)) apr_table_addn(headers, "Set-Cookie", line);
    };
    const auto each = [](void* data, const char*, const char* line) {
        (*static_cast<decltype(add)*>(data))(line);
        return 1;
    };
    apr_table_do(each, const_cast<void*>(static_cast<const void*>(&add)), former, "Set-Cookie", nullptr);
}

// One by which the browser forgets an application's cookie of that path; `domain` is null where it belongs to this host alone.
const char* expired_cookie_value(apr_pool_t* pool, const Site& site, const char* name, const char* path, const char* domain);

}  // namespace uzmfa
