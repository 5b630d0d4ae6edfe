// SPDX-License-Identifier: Apache-2.0
#include "httpd/identity.hpp"

#include "core/text.hpp"
#include "httpd/pool.hpp"
#include "httpd/settings.hpp"
#include "httpd/table_entries.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

namespace uzmfa {
namespace {

// CGI, FastCGI and PHP make one of `-`, `_`, `.` and others.
char folded(char c) { return is_alphanumeric(c) ? lower(c) : '-'; }

bool begins_as(std::string_view name, std::string_view beginning) {
    return name.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), name.begin(),
                                                         [](char a, char b) { return folded(a) == folded(b); });
}
bool is_same(std::string_view name, std::string_view other) { return name.size() == other.size() && begins_as(name, other); }

bool is_of_a_proxy(std::string_view name) {
    return begins_as(name, "x-forwarded-") || is_same(name, "x-remote-user") || is_same(name, "forwarded");
}

// What came in headers that are not to go on as they are: most requests have no more than `Connection`.
struct Said {
    const char* authorization = nullptr;
    const char* connection = nullptr;
    std::vector<const char*> claims;  // their names
};

enum class Claims { of_user_header, all };

Said said_in(request_rec* r, Claims wanted) {
    Said said;
    const auto& header = place_settings(r).user_header;
    for (const auto& [name, value, checksum] : entries_of(r->headers_in)) {
        const char first = folded(*name);
        if (first == 'a' && !said.authorization && is_same(name, "authorization")) said.authorization = value;
        if (first == 'c' && !said.connection && is_same(name, "connection")) said.connection = value;
        const bool is_claim = (first == 'x' || first == 'f') && wanted == Claims::all && is_of_a_proxy(name);
        if (is_claim || (header && is_same(name, *header))) said.claims.push_back(name);
    }
    return said;
}

// mod_auth_basic and mod_auth_digest have checked the header that names their scheme, on this request.
bool is_checked(request_rec* r, std::string_view authorization) {
    if (!r->user || !r->ap_auth_type) return false;
    const auto scheme = authorization.substr(0, authorization.find(' '));
    const auto asked = view_of(ap_auth_type(r));
    const bool reads_header = equal_in_any_case(asked, "Basic") || equal_in_any_case(asked, "Digest");
    return reads_header && equal_in_any_case(asked, r->ap_auth_type) && equal_in_any_case(asked, scheme);
}

// mod_php prefers it to REMOTE_USER, and PHP under FastCGI the variable, which any SetEnvIf may have made.
void remove_unchecked_authorization(request_rec* r, const char* authorization) {
    auto checked = view_of(authorization);
    if (!checked.empty() && !is_checked(r, checked)) {
        apr_table_unset(r->headers_in, "Authorization");
        checked = {};
    }
    for (request_rec* each = r; each; each = each->main ? each->main : each->prev) {
        for (const char* const name : {"HTTP_AUTHORIZATION", "REDIRECT_HTTP_AUTHORIZATION"}) {
            const char* const said = apr_table_get(each->subprocess_env, name);
            if (said && (checked.empty() || said != checked)) apr_table_unset(each->subprocess_env, name);
        }
    }
}

bool is_known_connection_option(std::string_view option) {
    constexpr std::string_view known[] = {"keep-alive", "close", "upgrade", "te", "http2-settings"};
    return std::any_of(std::begin(known), std::end(known), [&](auto one) { return is_same(option, one); });
}

// mod_proxy removes what `Connection` names, between commas, semicolons and blanks: the client would take away what we and
// httpd tell the backend.
void keep_known_connection_options(request_rec* r, const char* connection) {
    auto rest = view_of(connection);
    if (rest.empty() || is_known_connection_option(rest)) return;
    std::string kept;
    while (!rest.empty()) {
        const auto end = std::min(rest.find_first_of(",; \t"), rest.size());
        const auto option = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (is_known_connection_option(option)) kept.append(kept.empty() ? "" : ", ").append(option);
    }
    if (kept.empty()) apr_table_unset(r->headers_in, "Connection");
    else apr_table_setn(r->headers_in, "Connection", copy_in(r->pool, kept));
}

// As it is: a name with a blank at an end would arrive as another one.
bool is_fit_for_header(std::string_view text) {
    if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
    return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

// The user in UzmfaUserHeader, and nothing that came by that name or by others that match.
void put_in_place_of_claims(request_rec* r, const char* user, const Said& said) {
    const auto& header = place_settings(r).user_header;
    for (const char* const name : said.claims) apr_table_unset(r->headers_in, name);
    keep_known_connection_options(r, said.connection);
    if (header && user && is_fit_for_header(user)) apr_table_set(r->headers_in, copy_in(r->pool, *header), user);
}

}  // namespace

void name_user_to_backend(request_rec* r, const char* user) {
    if (place_settings(r).user_header) put_in_place_of_claims(r, user, said_in(r, Claims::of_user_header));
}

void replace_claims(request_rec* r, const char* user) {
    const Said said = said_in(r, Claims::all);
    remove_unchecked_authorization(r, said.authorization);
    put_in_place_of_claims(r, user, said);
}

bool is_foreign_upgrade(request_rec* r) {
    if (!apr_table_get(r->headers_in, "Upgrade")) return false;
    const auto origin = view_of(apr_table_get(r->headers_in, "Origin"));
    if (origin.empty()) return false;  // no browser
    const auto own = std::string{ap_http_scheme(r)} + "://" + std::string{view_of(apr_table_get(r->headers_in, "Host"))};
    return ap_cstr_casecmp(origin.data(), own.c_str()) != 0;
}

}  // namespace uzmfa
