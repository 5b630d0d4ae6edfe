// SPDX-License-Identifier: Apache-2.0
#include "httpd/app_cookies.hpp"

#include "httpd/cookies.hpp"
#include "httpd/pool.hpp"
#include "httpd/service.hpp"

#include <algorithm>
#include <string>

namespace uzmfa {
namespace {

std::string_view trimmed(std::string_view text, std::string_view of = " \t") {
    text.remove_prefix(std::min(text.find_first_not_of(of), text.size()));
    return text.substr(0, text.find_last_not_of(of) + 1);
}

char as_php_reads(char c) {
    if (c == '.' || c == ' ' || c == '[') return '_';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_one_of(std::string_view sent, std::span<const AppCookie> cookies) {
    return std::any_of(cookies.begin(), cookies.end(), [&](const AppCookie& one) { return may_pass_for(sent, one.name); });
}

// Commas part cookies too: httpd puts one between two headers, and old parsers take it.
std::string without(std::string_view header, std::span<const AppCookie> cookies) {
    std::string kept;
    while (!header.empty()) {
        const auto end = std::min(header.find_first_of(";,"), header.size() - 1) + 1;
        const auto pair = header.substr(0, end);
        header.remove_prefix(end);
        if (!is_one_of(pair.substr(0, pair.find_first_of("=;,")), cookies)) kept.append(pair);
    }
    return std::string{trimmed(kept, "; ,\t")};
}

}  // namespace

bool may_pass_for(std::string_view sent, std::string_view name) {
    sent = trimmed(sent);
    if (sent.size() < name.size() || (sent.size() > name.size() && sent[name.size()] != '[')) return false;
    return std::equal(name.begin(), name.end(), sent.begin(),
                      [](char a, char b) { return as_php_reads(a) == as_php_reads(b); });
}

void expire_app_cookies(request_rec* r) {
    const SiteSettings& settings = site_settings(r->server);
    const Site& site = settings.service->site();
    const auto expire = [&](const char* name, const char* path) {
        apr_table_addn(r->err_headers_out, "Set-Cookie", expired_cookie_value(r->pool, site, name, path));
    };
    for (const auto& [name, path] : items_of<AppCookie>(settings.app_cookies)) {
        expire(name, "/");
        if (view_of(path) == "/") continue;
        expire(name, path);
        expire(name, apr_pstrcat(r->pool, path, "/", nullptr));
    }
}

void remove_app_cookies(request_rec* r) {
    const auto cookies = items_of<AppCookie>(place_settings(r).app_cookies);
    const char* const header = apr_table_get(r->headers_in, "Cookie");
    if (cookies.empty() || !header) return;
    const auto kept = without(header, cookies);
    if (kept.empty()) apr_table_unset(r->headers_in, "Cookie");
    else apr_table_setn(r->headers_in, "Cookie", copy_in(r->pool, kept));
}

}  // namespace uzmfa
