// SPDX-License-Identifier: Apache-2.0
#include "httpd/cookies.hpp"

#include "core/text.hpp"
#include "httpd/pool.hpp"

#include <algorithm>

namespace uzmfa {

std::string_view session_cookie(const Site& site) {
    constexpr std::string_view host_prefix = "__Host-";  // browsers take it over TLS only
    const bool is_shortened = site.allow_http && site.cookie.starts_with(host_prefix);
    return is_shortened ? site.cookie.substr(host_prefix.size()) : site.cookie;
}

std::string browser_cookie(const Site& site) { return std::string{session_cookie(site)} + "-browser"; }

std::string_view cookie_value(const request_rec* r, std::string_view name) {
    auto header = view_of(apr_table_get(r->headers_in, "Cookie"));
    while (!header.empty()) {
        auto pair = take_until(';', header);
        pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
        if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
            return pair.substr(name.size() + 1);
        }
    }
    return {};
}

const char* set_cookie_value(apr_pool_t* pool, const Site& site, std::string_view name, std::string_view value,
                             std::string_view lifetime) {
    return apr_pstrcat(pool, copy_in(pool, name), "=", copy_in(pool, value), "; Path=/; HttpOnly; SameSite=Lax",
                       site.allow_http ? "" : "; Secure", copy_in(pool, lifetime), nullptr);
}

const char* expired_cookie_value(apr_pool_t* pool, const Site& site, const char* name, const char* path,
                                 const char* domain) {
    return apr_pstrcat(pool, name, "=; Path=", path, domain ? "; Domain=" : "", domain ? domain : "",
                       "; Max-Age=0; HttpOnly; SameSite=Lax", site.allow_http ? "" : "; Secure", nullptr);
}

}  // namespace uzmfa
