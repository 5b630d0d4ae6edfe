// SPDX-License-Identifier: Apache-2.0
#include "httpd/app_cookies.hpp"

#include "core/percent.hpp"
#include "core/text.hpp"
#include "httpd/cookies.hpp"
#include "httpd/pool.hpp"
#include "httpd/service.hpp"

#include <algorithm>
#include <string>

namespace uzmfa {
namespace {

// Without what a parser may strip at the ends.
std::string_view name_in(std::string_view text) {
    const auto is_odd = [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f || c == '"';
    };
    while (!text.empty() && is_odd(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_odd(text.back())) text.remove_suffix(1);
    return text;
}

char as_php_reads(char c) {
    if (c == '.' || c == ' ' || c == '[') return '_';
    return lower(c);
}

bool is_one_of(std::string_view sent, std::span<const AppCookie> cookies) {
    return std::any_of(cookies.begin(), cookies.end(), [&](const AppCookie& one) { return may_pass_for(sent, one.name); });
}

// Some parsers take a blank between two cookies; PHP takes it for a part of the name.
bool holds_one_of(std::string_view pair, std::span<const AppCookie> cookies) {
    if (is_one_of(pair.substr(0, pair.find('=')), cookies)) return true;
    while (!pair.empty()) {
        const auto end = std::min(pair.find_first_of(" \t"), pair.size());
        const auto word = pair.substr(0, end);
        if (is_one_of(word.substr(0, word.find('=')), cookies)) return true;
        pair.remove_prefix(std::min(end + 1, pair.size()));
    }
    return false;
}

// Commas part cookies too: httpd puts one between two headers, and old parsers take it.
std::string without(std::string_view header, std::span<const AppCookie> cookies) {
    std::string kept;
    while (!header.empty()) {
        const auto end = std::min(header.find_first_of(";,"), header.size());
        const auto whole = header.substr(0, std::min(end + 1, header.size()));
        if (!holds_one_of(header.substr(0, end), cookies)) kept.append(whole);
        header.remove_prefix(whole.size());
    }
    return std::string{trimmed(kept, "; ,\t")};
}

}  // namespace

bool may_pass_for(std::string_view as_sent, std::string_view name) {
    const auto decoded = percent_decode(as_sent, Plus::literal);
    const auto sent = name_in(decoded ? std::string_view{*decoded} : as_sent);
    if (sent.size() < name.size() || (sent.size() > name.size() && sent[name.size()] != '[')) return false;
    return std::equal(name.begin(), name.end(), sent.begin(),
                      [](char a, char b) { return as_php_reads(a) == as_php_reads(b); });
}

void expire_app_cookies(request_rec* r) {
    const SiteSettings& settings = site_settings(r->server);
    const Site& site = settings.service->site();
    const auto add = [&](const AppCookie& cookie, const char* path, const char* domain) {
        apr_table_addn(r->err_headers_out, "Set-Cookie", expired_cookie_value(r->pool, site, cookie.name, path, domain));
    };
    const auto expire = [&](const AppCookie& cookie, const char* path) {
        add(cookie, path, nullptr);
        if (cookie.domain) add(cookie, path, cookie.domain);
    };
    for (const AppCookie& cookie : items_of<AppCookie>(settings.app_cookies)) {
        expire(cookie, "/");
        if (view_of(cookie.path) == "/") continue;
        expire(cookie, cookie.path);
        expire(cookie, apr_pstrcat(r->pool, cookie.path, "/", nullptr));
    }
}

void withhold_app_cookies(request_rec* r) {
    const auto cookies = items_of<AppCookie>(site_settings(r->server).app_cookies);
    if (cookies.empty()) return;
    for (apr_table_t* const headers : {r->headers_out, r->err_headers_out}) {
        keep_set_cookies(r->pool, headers,
                         [&](std::string_view line) { return !is_one_of(line.substr(0, line.find_first_of("=;")), cookies); });
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
