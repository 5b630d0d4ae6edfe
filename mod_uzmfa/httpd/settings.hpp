// SPDX-License-Identifier: Apache-2.0
// What the directives of one section say. Unset is nothing, never a magic value.
#pragma once

#include "core/policy.hpp"
#include "factors/twilio/settings.hpp"
#include "httpd/httpd_api.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace uzmfa {

class Service;

template <class T>
std::span<const T> items_of(const std::optional<const apr_array_header_t*>& list) {
    if (!list) return {};
    return {reinterpret_cast<const T*>((*list)->elts), static_cast<std::size_t>((*list)->nelts)};
}

// Of a place: merged by httpd for each request.
struct PlaceSettings {
    std::optional<Engine> engine;
    std::optional<seconds> idle_timeout;
    std::optional<seconds> max_age;
    std::optional<seconds> verified_within;
    std::optional<std::uint32_t> keep_post;
    std::optional<bool> admin;
    std::optional<bool> metrics;
    std::optional<std::string_view> user_header;
    std::optional<const apr_array_header_t*> exemptions;   // of Exemption; with those of outer places
    std::optional<const apr_array_header_t*> app_cookies;  // of AppCookie; with those of outer places
    std::optional<const ap_regex_t*> app_logout;
    std::optional<bool> own_sign_in;              // whether the AuthType of the configuration is Uzmfa
    std::optional<bool> own_sign_in_of_htaccess;  // and that of an .htaccess behind it
    bool is_required = false;  // a Require stands in the section of `admin`, or in one that is merged later
};
static_assert(std::is_trivially_destructible_v<PlaceSettings>);

// Of a virtual host.
struct SiteSettings {
    std::optional<std::string_view> own_path;
    std::optional<std::string_view> help_url;
    std::optional<std::string_view> issuer;
    std::optional<std::string_view> key_file;
    std::optional<std::string_view> cookie;
    std::optional<std::string_view> users_table;
    std::optional<std::string_view> template_dir;
    std::optional<std::string_view> env_file;
    std::optional<std::string_view> audit_log;
    std::optional<std::string_view> notify;
    std::optional<Validator> validator;
    std::optional<Algorithm> totp_algorithm;
    std::optional<std::uint8_t> totp_digits;
    std::optional<std::uint8_t> totp_skew;
    std::optional<seconds> event_retention;
    std::optional<EnrollmentRule> enrollment;
    std::optional<std::uint16_t> failure_limit;
    std::optional<Lockout> lockout;
    std::optional<std::uint16_t> failure_cap;
    std::optional<std::uint16_t> recovery_codes;
    std::optional<bool> allow_http;
    std::optional<bool> clear_site_data;
    std::optional<seconds> recheck_interval;
    std::optional<seconds> outage_grace;
    std::optional<seconds> remember_browser;
    std::optional<SignInRate> sign_in_limit;
    std::optional<std::string_view> twilio_account_sid;
    std::optional<std::string_view> twilio_auth_token;
    std::optional<twilio::ApiKey> twilio_api_key;
    std::optional<std::string_view> twilio_service_sid;
    std::optional<std::string_view> twilio_url;
    std::optional<std::string_view> twilio_ca_file;
    std::optional<seconds> twilio_timeout;
    std::optional<std::uint16_t> twilio_connections;
    std::optional<twilio::FriendlyName> twilio_friendly_name;
    std::optional<const apr_array_header_t*> login_providers;  // of const char*
    std::optional<const apr_array_header_t*> statements;       // of Replacement
    std::optional<const apr_array_header_t*> app_cookies;      // of AppCookie: those of all places

    // mod_dbd's own directives, read along: the start checks the tables before there is a child.
    std::optional<std::string_view> database_driver;
    std::optional<std::string_view> database_params;

    bool gated = false;                // some place here asks for the module
    Limits longest{};                      // that a place here names
    Limits defaults = Policy{}.limits();  // of places that name none
    const Service* service = nullptr;  // built before the children are, constant from then on
};
static_assert(std::is_trivially_destructible_v<SiteSettings>);

struct Replacement {
    const char* name;
    const char* sql;
};

Policy policy_of(const PlaceSettings& settings, const Limits& defaults);
Site site_of(const SiteSettings& settings);
twilio::Settings twilio_of(const SiteSettings& settings);

const command_rec* directives();
void* create_place_settings(apr_pool_t* pool, char* place);
void* merge_place_settings(apr_pool_t* pool, void* parent, void* child);
void* create_site_settings(apr_pool_t* pool, server_rec* server);
void* merge_site_settings(apr_pool_t* pool, void* parent, void* child);

inline SiteSettings& site_settings(server_rec* server) {
    return *static_cast<SiteSettings*>(ap_get_module_config(server->module_config, &uzmfa_module));
}
inline const Service* service_of(const request_rec* r) { return site_settings(r->server).service; }
inline const PlaceSettings& place_settings(const request_rec* r) {
    return *static_cast<const PlaceSettings*>(ap_get_module_config(r->per_dir_config, &uzmfa_module));
}
inline Limits limits_of(const request_rec* r) {
    const Limits& defaults = site_settings(r->server).defaults;
    return {place_settings(r).idle_timeout.value_or(defaults.idle_timeout), place_settings(r).max_age.value_or(defaults.max_age)};
}
inline Engine engine_of(const request_rec* r) { return place_settings(r).engine.value_or(Policy{}.engine); }
inline Policy policy_of(const request_rec* r) {
    return policy_of(place_settings(r), site_settings(r->server).defaults);
}

}  // namespace uzmfa
