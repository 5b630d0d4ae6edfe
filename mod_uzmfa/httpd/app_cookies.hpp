// SPDX-License-Identifier: Apache-2.0
// UzmfaAppCookies: cookies by which the application knows its own session, which need not be that of our user.
#pragma once

#include "httpd/httpd_api.hpp"

#include <string_view>

namespace uzmfa {

// One name of a directive; lives as long as the configuration.
struct AppCookie {
    const char* name;
    const char* path;    // its own, else of the Location that names it; "/" elsewhere
    const char* domain;  // null: this host alone
};

// The browser forgets those of all places of the virtual host: with `Path=/`, and with their own paths and domains.
void expire_app_cookies(request_rec* r);

// The answer sets none of them.
void withhold_app_cookies(request_rec* r);

// The application does not see those of this place.
void remove_app_cookies(request_rec* r);

// Whether an application may take `sent` for `name`: some ignore case or decode, and PHP reads `.`, space and `[` as `_`.
bool may_pass_for(std::string_view sent, std::string_view name);

}  // namespace uzmfa
