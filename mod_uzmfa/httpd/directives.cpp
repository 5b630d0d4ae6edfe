// SPDX-License-Identifier: Apache-2.0
// The directives: one row each. From the rows follow httpd's command table, inheritance and resolution.
#include "core/text.hpp"
#include "factors/twilio/sids.hpp"
#include "httpd/app_cookies.hpp"
#include "httpd/exemption.hpp"
#include "httpd/pool.hpp"
#include "httpd/settings.hpp"
#include "net/url.hpp"
#include "store/statements.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

namespace uzmfa {
namespace {

constexpr int in_site = RSRC_CONF;
constexpr int in_place = RSRC_CONF | ACCESS_CONF;  // never in .htaccess

using Complaint = const char*;  // null: the value is right

// --- values ---

}  // namespace

template <>
inline constexpr std::array<Choice<bool>, 2> choices<bool>{{{"On", true}, {"Off", false}}};

namespace {

template <class T>
Complaint parse(apr_pool_t* pool, const char* text, T& value) {
    static_assert(!choices<T>.empty(), "a value with bounds of its own names its parser");
    const auto chosen = chosen_by<T>(view_of(text));
    if (!chosen) return apr_psprintf(pool, "'%s' is none of: %s", text, all_words<T>().c_str());
    value = *chosen;
    return nullptr;
}

template <>
Complaint parse(apr_pool_t* pool, const char* text, seconds& value) {
    apr_interval_time_t interval = 0;
    if (ap_timeout_parameter_parse(text, &interval, "s") != APR_SUCCESS || interval < apr_time_from_sec(1)) {
        return apr_psprintf(pool, "'%s' is not a duration of a second or more, such as 30s, 5min, 8h", text);
    }
    value = seconds{apr_time_sec(interval)};
    return nullptr;
}

Complaint a_duration_or_none(apr_pool_t* pool, const char* text, seconds& value) {
    if (view_of(text) != "0") return parse(pool, text, value);
    value = seconds{};
    return nullptr;
}

Complaint a_duration_or_off(apr_pool_t* pool, const char* text, seconds& value) {
    if (ap_cstr_casecmp(text, "Off") != 0) return parse(pool, text, value);
    value = seconds{};
    return nullptr;
}

// Such as 64K or 1M.
Complaint a_size_or_off(apr_pool_t*, const char* text, std::uint32_t& value) {
    constexpr std::uint32_t most = 8 << 20;
    value = 0;
    if (ap_cstr_casecmp(text, "Off") == 0) return nullptr;
    const auto whole = view_of(text);
    const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), value);
    const auto unit = whole.substr(static_cast<std::size_t>(end - whole.data()));
    const std::uint32_t factor = unit.empty()                 ? 1
                                 : unit == "K" || unit == "k" ? 1 << 10
                                 : unit == "M" || unit == "m" ? 1 << 20
                                                              : 0;
    if (error != std::errc{} || factor == 0 || value == 0 || value > most / factor) {
        return "must be a size such as 64K or 1M, 8M at most, or Off";
    }
    value *= factor;
    return nullptr;
}

template <std::uint8_t First, std::uint8_t Second>
Complaint one_of(apr_pool_t* pool, const char* text, std::uint8_t& value) {
    for (const std::uint8_t allowed : {First, Second}) {
        if (view_of(text) == std::to_string(allowed)) {
            value = allowed;
            return nullptr;
        }
    }
    return apr_psprintf(pool, "'%s' is neither %d nor %d", text, First, Second);
}

bool is_token(char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; }

Complaint a_path(apr_pool_t*, const char* text, std::string_view& value) {
    value = text;
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) { return is_token(c) || c == '/'; });
    if (!plain || value.size() < 2 || value.size() > 64 || value.front() != '/' || value.back() == '/' ||
        value.find("//") != value.npos || value.find("/.") != value.npos) {
        return "must be a plain path such as /uzmfa";
    }
    return nullptr;
}

Complaint a_link(apr_pool_t*, const char* text, std::string_view& value) {
    value = text;
    for (const std::string_view start : {"https://", "http://", "mailto:", "tel:", "/"}) {
        if (value.starts_with(start)) return nullptr;
    }
    return "must begin with https://, http://, mailto:, tel: or /";
}

Complaint a_label(apr_pool_t*, const char* text, std::string_view& value) {
    value = text;
    return value.empty() || value.size() > 64 || !is_utf8(value) ? "must be UTF-8 of 1 to 64 bytes" : nullptr;
}

Complaint a_name(apr_pool_t*, const char* text, std::string_view& value) {
    value = text;
    const bool plain = std::all_of(value.begin(), value.end(), is_token);
    return !plain || value.empty() || value.size() > 64 ? "must be letters, digits, '-', '_' and '.' only" : nullptr;
}

Complaint a_table(apr_pool_t*, const char* text, std::string_view& value) {
    value = text;
    return is_table_name(value) ? nullptr : "must be a plain SQL name, or two with a dot between";
}

Complaint a_file(apr_pool_t* pool, const char* text, std::string_view& value) {
    const char* path = ap_server_root_relative(pool, text);
    if (!path) return "is not a path";
    value = path;
    return nullptr;
}

// As httpd's own logs are named.
Complaint a_log(apr_pool_t* pool, const char* text, std::string_view& value) {
    if (*text != '|') return *text ? a_file(pool, text, value) : "must be a path, or '|' and a program";
    value = text;
    return value.find_first_not_of("|$ ") == value.npos ? "names no program" : nullptr;
}

Complaint a_command(apr_pool_t*, const char* text, std::string_view& value) {
    value = text;
    return value.empty() ? "names no program" : nullptr;
}

template <twilio::Kind Wanted>
Complaint a_sid(apr_pool_t* pool, const char* text, std::string_view& value) {
    value = text;
    if (twilio::is_sid(Wanted, value)) return nullptr;
    return apr_psprintf(pool, "must be %s and 32 hex digits", twilio::prefix_of(Wanted).data());
}

// Never repeats the text: it may be the secret.
Complaint a_secret(apr_pool_t*, const char* text, std::string_view& value) {
    value = text;
    return value.empty() ? "must be the secret, file:PATH or exec:COMMAND" : nullptr;
}

Complaint an_api_url(apr_pool_t* pool, const char* text, std::string_view& value) {
    value = without_slash_at_end(text);
    const auto complaint = complaint_about_url(value);
    return complaint.empty() ? nullptr : apr_pstrdup(pool, complaint.c_str());
}

Complaint a_timeout(apr_pool_t* pool, const char* text, seconds& value) {
    const Complaint complaint = parse(pool, text, value);
    if (complaint || value <= twilio::longest_timeout) return complaint;
    return apr_psprintf(pool, "must be %d s at most", static_cast<int>(twilio::longest_timeout.count()));
}

Complaint a_count(apr_pool_t*, const char* text, std::uint16_t& value) {
    value = number_in<std::uint16_t>(view_of(text)).value_or(0);
    return value >= 1 && value <= 1000 ? nullptr : "must be a number from 1 to 1000";
}

Complaint a_count_or_off(apr_pool_t* pool, const char* text, std::uint16_t& value) {
    if (ap_cstr_casecmp(text, "Off") != 0) {
        const Complaint complaint = a_count(pool, text, value);
        return complaint || value <= 50 ? complaint : "must be a number from 1 to 50, or Off";
    }
    value = 0;
    return nullptr;
}

// --- one row a directive ---

template <auto Setting>
struct ValueOf;
template <class Settings, class T, std::optional<T> Settings::*Setting>
struct ValueOf<Setting> {
    using type = T;
    using settings = Settings;
};
template <auto Setting>
using Parser = Complaint (*)(apr_pool_t*, const char*, typename ValueOf<Setting>::type&);

template <auto Setting, auto Resolved, Parser<Setting> Parse = parse<typename ValueOf<Setting>::type>>
struct Directive {
    const char* name;
    int where;
    const char* help;
};

constexpr std::tuple place_rows{
    Directive<&PlaceSettings::engine, &Policy::engine>{
        "UzmfaEngine", in_place, "On, Off or ReportOnly: whether this place asks for a second factor"},
    Directive<&PlaceSettings::idle_timeout, &Policy::idle_timeout>{
        "UzmfaSessionIdleTimeout", in_place, "how long after the last request a session ends, such as 30min"},
    Directive<&PlaceSettings::verified_within, &Policy::verified_within>{
        "UzmfaVerifiedWithin", in_place, "how long ago a user may have verified, such as 5min; else a code is asked for again"},
    Directive<&PlaceSettings::keep_post, &Policy::keep_post, a_size_or_off>{
        "UzmfaKeepPost", in_place, "how large a form may be that outlives the end of a session, such as 64K, or Off"},
    Directive<&PlaceSettings::admin, &Policy::admin>{
        "UzmfaAdmin", in_place, "On: the administrators' page is in this place, for those whom its own Require names"},
    Directive<&PlaceSettings::metrics, &Policy::metrics>{
        "UzmfaMetrics", in_place, "On: the metrics and the details of health are in this place, for those whom Require lets in"},
    Directive<&PlaceSettings::max_age, &Policy::max_age>{
        "UzmfaSessionMaxAge", in_place, "how long after sign-in a session ends, such as 8h"},
};

constexpr std::tuple site_rows{
    Directive<&SiteSettings::own_path, &Site::own_path, a_path>{
        "UzmfaPath", in_site, "where the module's own pages live"},
    Directive<&SiteSettings::help_url, &Site::help_url, a_link>{
        "UzmfaHelpUrl", in_site, "a link on the pages for those who cannot sign in"},
    Directive<&SiteSettings::issuer, &Site::issuer, a_label>{
        "UzmfaIssuer", in_site, "the name shown in the authenticator app"},
    Directive<&SiteSettings::key_file, &Site::key_file, a_file>{
        "UzmfaSessionKeyFile", in_site, "file of base64 keys, one a line: the first seals, all open"},
    Directive<&SiteSettings::cookie, &Site::cookie, a_name>{
        "UzmfaSessionCookie", in_site, "name of the session cookie"},
    Directive<&SiteSettings::users_table, &Site::users_table, a_table>{
        "UzmfaUsersTable", in_site, "name of the application's users table"},
    Directive<&SiteSettings::template_dir, &Site::template_dir, a_file>{
        "UzmfaTemplateDir", in_site, "folder of pages and language files that replace the installed ones"},
    Directive<&SiteSettings::validator, &Site::validator>{
        "UzmfaValidator", in_site, "local or twilio: who makes the secret and checks codes"},
    Directive<&SiteSettings::env_file, &Site::env_file, a_file>{
        "UzmfaEnvFile", in_site, "uzERP's .env: Twilio's credentials and the times of its sessions"},
    Directive<&SiteSettings::totp_algorithm, &Site::totp_algorithm>{
        "UzmfaTotpAlgorithm", in_site, "SHA1, SHA256 or SHA512, for secrets made from now on"},
    Directive<&SiteSettings::totp_digits, &Site::totp_digits, one_of<6, 8>>{
        "UzmfaTotpDigits", in_site, "6 or 8, for secrets made from now on"},
    Directive<&SiteSettings::totp_skew, &Site::totp_skew, one_of<0, 1>>{
        "UzmfaTotpSkew", in_site, "0 or 1: how many steps of 30 s a code may be early or late"},
    Directive<&SiteSettings::recheck_interval, &Site::recheck_interval>{
        "UzmfaRecheckInterval", in_site, "how old what a session knows of its user's row may be, such as 30s"},
    Directive<&SiteSettings::outage_grace, &Site::outage_grace, a_duration_or_none>{
        "UzmfaOutageGrace", in_site, "how much longer a verified session lives while the database is away; 0: no longer"},
    Directive<&SiteSettings::audit_log, &Site::audit_log, a_log>{
        "UzmfaAuditLog", in_site, "where events go as JSON, one object a line: a file, or '|' and a program"},
    Directive<&SiteSettings::notify, &Site::notify, a_command>{
        "UzmfaNotify", in_site, "a program that is told of enrollments, resets, skips and used recovery codes, as JSON on its input"},
    Directive<&SiteSettings::event_retention, &Site::event_retention>{
        "UzmfaEventRetention", in_site, "how long the table of events keeps a row, such as 2160h"},
    Directive<&SiteSettings::enrollment, &Site::enrollment>{
        "UzmfaEnrollment", in_site, "open, or code: an administrator's temporary code is needed to enroll"},
    Directive<&SiteSettings::remember_browser, &Site::remember_browser, a_duration_or_off>{
        "UzmfaRememberBrowser", in_site, "how long after a verification a browser is asked for no code, such as 720h, or Off"},
    Directive<&SiteSettings::failure_limit, &Site::failure_limit, a_count>{
        "UzmfaFailureLimit", in_site, "how many wrong codes in a row are looked at before a wait"},
    Directive<&SiteSettings::failure_cap, &Site::failure_cap, a_count>{
        "UzmfaFailureCap", in_site, "after how many wrong codes in a row none is looked at any more"},
    Directive<&SiteSettings::recovery_codes, &Site::recovery_codes, a_count_or_off>{
        "UzmfaRecoveryCodes", in_site, "how many recovery codes a user gets at enrollment, or Off"},
    Directive<&SiteSettings::clear_site_data, &Site::clear_site_data>{
        "UzmfaClearSiteData", in_site, "On: at the sign-out browsers forget what they have stored of the site"},
    Directive<&SiteSettings::allow_http, &Site::allow_http>{
        "UzmfaAllowHttp", in_site, "On: for tests only, cookies without Secure over plain HTTP"},
};

constexpr std::tuple twilio_rows{
    Directive<&SiteSettings::twilio_account_sid, &twilio::Settings::account_sid, a_sid<twilio::Kind::account>>{
        "UzmfaTwilioAccountSid", in_site, "Twilio's account, AC…"},
    Directive<&SiteSettings::twilio_auth_token, &twilio::Settings::auth_token, a_secret>{
        "UzmfaTwilioAuthToken", in_site, "its token: itself, file:PATH or exec:COMMAND"},
    Directive<&SiteSettings::twilio_service_sid, &twilio::Settings::service_sid, a_sid<twilio::Kind::service>>{
        "UzmfaTwilioServiceSid", in_site, "Twilio's Verify service, VA…"},
    Directive<&SiteSettings::twilio_url, &twilio::Settings::url, an_api_url>{
        "UzmfaTwilioUrl", in_site, "another address of Twilio's; http only to a loopback address"},
    Directive<&SiteSettings::twilio_ca_file, &twilio::Settings::ca_file, a_file>{
        "UzmfaTwilioCaFile", in_site, "certificates to trust instead of the system's"},
    Directive<&SiteSettings::twilio_timeout, &twilio::Settings::timeout, a_timeout>{
        "UzmfaTwilioTimeout", in_site, "how long a user's request may wait for Twilio, such as 5s"},
    Directive<&SiteSettings::twilio_connections, &twilio::Settings::connections, a_count>{
        "UzmfaTwilioConnections", in_site, "how many calls a process makes at a time"},
    Directive<&SiteSettings::twilio_friendly_name, &twilio::Settings::friendly_name>{
        "UzmfaTwilioFriendlyName", in_site, "uuid or username: what Twilio is told of the user"},
};

// --- what follows from the rows ---

template <class Settings>
Settings& settings_of(cmd_parms* command, void* place) {
    if constexpr (std::is_same_v<Settings, SiteSettings>) return site_settings(command->server);
    else return *static_cast<PlaceSettings*>(place);
}

// What a virtual host must know of its places.
void note_for_site(SiteSettings& site, const PlaceSettings& place) {
    // UzmfaEngine On or ReportOnly makes this a host that needs keys and tables.
    site.gated = site.gated || place.engine.value_or(Engine::off) != Engine::off;
    site.longest = longer_of(site.longest, {place.idle_timeout.value_or(seconds{}), place.max_age.value_or(seconds{})});
}

const char* complain(cmd_parms* command, Complaint complaint) {
    return apr_pstrcat(command->pool, command->cmd->name, ": ", complaint, nullptr);
}

// httpd would read it in <Limit> as if it stood for all methods.
template <auto Set, class... Texts>
const char* for_all_methods(cmd_parms* command, void* place, Texts... texts) {
    if (const char* const complaint = ap_check_cmd_context(command, NOT_IN_LIMIT)) return complaint;
    return Set(command, place, texts...);
}

template <auto Setting, auto Resolved, Parser<Setting> Parse>
const char* set(cmd_parms* command, void* place, const char* text) {
    typename ValueOf<Setting>::type value{};
    if (const Complaint complaint = Parse(command->pool, text, value)) return complain(command, complaint);
    auto& settings = settings_of<typename ValueOf<Setting>::settings>(command, place);
    settings.*Setting = value;
    if constexpr (std::is_same_v<decltype(settings), PlaceSettings&>) note_for_site(site_settings(command->server), settings);
    return nullptr;
}

template <auto Setting, auto Resolved, Parser<Setting> Parse>
constexpr command_rec command_of(const Directive<Setting, Resolved, Parse>& row) {
    return AP_INIT_TAKE1(row.name, (for_all_methods<set<Setting, Resolved, Parse>, const char*>), nullptr, row.where, row.help);
}

template <class Settings, auto Setting, auto Resolved, Parser<Setting> Parse>
void inherit_one(Settings& child, const Settings& parent, const Directive<Setting, Resolved, Parse>&) {
    if (!(child.*Setting)) child.*Setting = parent.*Setting;
}
template <class Settings, class Rows>
void inherit(Settings& child, const Settings& parent, const Rows& rows) {
    std::apply([&](const auto&... row) { (inherit_one(child, parent, row), ...); }, rows);
}

template <class Settings, class Values, auto Setting, auto Resolved, Parser<Setting> Parse>
void resolve_one(Values& values, const Settings& settings, const Directive<Setting, Resolved, Parse>&) {
    if (settings.*Setting) values.*Resolved = *(settings.*Setting);
}
template <class Values, class Settings, class Rows>
Values resolve(const Settings& settings, const Rows& rows, Values values = {}) {
    std::apply([&](const auto&... row) { (resolve_one(values, settings, row), ...); }, rows);
    return values;
}

// What the outer places say counts here too.
template <class Settings>
void inherit_list(std::optional<const apr_array_header_t*> Settings::*list, Settings& child, const Settings& parent,
                  apr_pool_t* pool) {
    if (child.*list && parent.*list) child.*list = apr_array_append(pool, *(parent.*list), *(child.*list));
    else if (!(child.*list)) child.*list = parent.*list;
}

// --- directives that are lists, and those of other modules that are read along ---

template <class T>
T& appended_to(std::optional<const apr_array_header_t*>& list, apr_pool_t* pool) {
    if (!list) list = apr_array_make(pool, 2, sizeof(T));
    return *static_cast<T*>(apr_array_push(const_cast<apr_array_header_t*>(*list)));
}

const char* add_login_provider(cmd_parms* command, void*, const char* name) {
    if (!ap_lookup_provider(AUTHN_PROVIDER_GROUP, name, AUTHN_PROVIDER_VERSION)) {
        return complain(command, apr_psprintf(command->pool, "there is no provider '%s': is its module loaded?", name));
    }
    appended_to<const char*>(site_settings(command->server).login_providers, command->pool) = name;
    return nullptr;
}

const char* add_statement(cmd_parms* command, void*, const char* name, const char* sql) {
    if (const auto complaint = complaint_about(name, sql); !complaint.empty()) {
        return complain(command, apr_pstrdup(command->pool, complaint.c_str()));
    }
    appended_to<Replacement>(site_settings(command->server).statements, command->pool) = {name, sql};
    return nullptr;
}

const char* read_auth_type(cmd_parms* command, void* place, const char* type) {
    auto& settings = *static_cast<PlaceSettings*>(place);
    const bool is_own = ap_cstr_casecmp(type, "Uzmfa") == 0;
    // .htaccess is read while requests run, when what the start has built is constant.
    if (ap_check_cmd_context(command, NOT_IN_HTACCESS)) {
        settings.own_sign_in_of_htaccess = is_own;
        return nullptr;
    }
    settings.own_sign_in = is_own;
    if (is_own) site_settings(command->server).gated = true;
    return nullptr;
}

// An inherited one, such as `Require valid-user` of the whole site, must not make everybody an administrator; nor one for
// some methods only.
const char* read_require(cmd_parms* command, void* place, const char*) {
    if (!ap_check_cmd_context(command, NOT_IN_LIMIT)) static_cast<PlaceSettings*>(place)->is_required = true;
    return nullptr;
}

const char* set_lockout(cmd_parms* command, void*, const char* first, const char* longest) {
    Lockout lockout;
    if (const Complaint complaint = parse(command->pool, first, lockout.first)) return complain(command, complaint);
    if (const Complaint complaint = parse(command->pool, longest, lockout.longest)) return complain(command, complaint);
    if (lockout.longest < lockout.first) return complain(command, "the longest wait is shorter than the first");
    site_settings(command->server).lockout = lockout;
    return nullptr;
}

const char* set_api_key(cmd_parms* command, void*, const char* sid, const char* secret) {
    twilio::ApiKey key;
    Complaint complaint = a_sid<twilio::Kind::api_key>(command->pool, sid, key.sid);
    if (!complaint) complaint = a_secret(command->pool, secret, key.secret);
    if (complaint) return complain(command, complaint);
    site_settings(command->server).twilio_api_key = key;
    return nullptr;
}

const char* set_sign_in_limit(cmd_parms* command, void*, const char* most, const char* window) {
    SignInRate limit;
    Complaint complaint = a_count(command->pool, most, limit.most);
    if (!complaint) complaint = parse(command->pool, window, limit.window);
    if (complaint) return complain(command, complaint);
    site_settings(command->server).sign_in_limit = limit;
    return nullptr;
}

const char* add_exemption(cmd_parms* command, void* place, const char* name, const char* condition) {
    std::string_view label;
    if (const Complaint complaint = a_name(command->pool, name, label)) return complain(command, complaint);
    const char* complaint = nullptr;
    const auto* parsed = ap_expr_parse_cmd(command, condition, AP_EXPR_FLAG_DONT_VARY, &complaint, nullptr);
    if (complaint) return complain(command, apr_pstrcat(command->pool, name, ": ", complaint, nullptr));
    appended_to<Exemption>(static_cast<PlaceSettings*>(place)->exemptions, command->pool) = {name, parsed};
    return nullptr;
}

const char* set_user_header(cmd_parms* command, void* place, const char* name) {
    std::string_view header;
    if (const Complaint complaint = a_name(command->pool, name, header)) return complain(command, complaint);
    static_cast<PlaceSettings*>(place)->user_header = header;
    return nullptr;
}

const char* path_of_location(const cmd_parms* command) {
    const ap_directive_t* const section = command->directive->parent;
    const bool is_location = section && ap_cstr_casecmp(section->directive, "<Location") == 0;
    std::string_view path;
    const auto plain = without_slash_at_end(view_of(command->path));
    return is_location && !a_path(command->pool, copy_in(command->pool, plain), path) ? path.data() : "/";
}

// One of the attributes with which the application sets it.
Complaint read_attribute(apr_pool_t* pool, std::string_view text, AppCookie& cookie) {
    const auto equals = std::min(text.find('='), text.size());
    const std::string name{text.substr(0, equals)};
    const char* const given = copy_in(pool, text.substr(std::min(equals + 1, text.size())));
    std::string_view value = given;
    if (ap_cstr_casecmp(name.c_str(), "Domain") == 0) {
        cookie.domain = given;
        return a_name(pool, given, value);
    }
    if (ap_cstr_casecmp(name.c_str(), "Path") != 0) return "only Path= and Domain= may stand behind the name";
    cookie.path = value == "/" ? "/" : copy_in(pool, without_slash_at_end(value));
    return value == "/" ? nullptr : a_path(pool, cookie.path, value);
}

const char* add_app_cookie(cmd_parms* command, void* place, const char* text) {
    apr_pool_t* const pool = command->pool;
    char* rest = nullptr;
    const char* const name = apr_strtok(apr_pstrdup(pool, text), "; ", &rest);
    std::string_view cookie;
    if (const Complaint complaint = a_name(pool, name ? name : "", cookie)) return complain(command, complaint);
    AppCookie added{name, path_of_location(command), nullptr};
    while (const char* const attribute = apr_strtok(nullptr, "; ", &rest)) {
        if (const Complaint complaint = read_attribute(pool, attribute, added)) return complain(command, complaint);
    }
    appended_to<AppCookie>(static_cast<PlaceSettings*>(place)->app_cookies, pool) = added;
    appended_to<AppCookie>(site_settings(command->server).app_cookies, pool) = added;
    return nullptr;
}

const char* set_app_logout(cmd_parms* command, void* place, const char* pattern) {
    const ap_regex_t* const compiled = ap_pregcomp(command->pool, pattern, AP_REG_EXTENDED);
    if (!compiled) return complain(command, apr_psprintf(command->pool, "'%s' is not a regular expression", pattern));
    static_cast<PlaceSettings*>(place)->app_logout = compiled;
    return nullptr;
}

template <std::optional<std::string_view> SiteSettings::*Setting>
const char* read_along(cmd_parms* command, void*, const char* value) {
    site_settings(command->server).*Setting = value;
    return nullptr;
}

constexpr command_rec lists_and_others[] = {
    AP_INIT_ITERATE("UzmfaLoginProvider", add_login_provider, nullptr, in_site,
                    "httpd authn providers that the sign-in page asks, in order"),
    AP_INIT_TAKE2("UzmfaStatement", add_statement, nullptr, in_site, "replaces one documented SQL statement"),
    AP_INIT_TAKE2("UzmfaExempt", (for_all_methods<add_exemption, const char*, const char*>), nullptr, in_place,
                  "a name and an expression: lets a request pass, logged under the name"),
    AP_INIT_TAKE1("UzmfaUserHeader", (for_all_methods<set_user_header, const char*>), nullptr, in_place,
                  "the request header that carries the user to a backend"),
    AP_INIT_ITERATE("UzmfaAppCookies", (for_all_methods<add_app_cookie, const char*>), nullptr, in_place,
                    "the application's own session cookies, which end with the user's"),
    AP_INIT_TAKE1("UzmfaAppLogout", (for_all_methods<set_app_logout, const char*>), nullptr, in_place,
                  "a regular expression for path and query by which the application signs a user out"),
    AP_INIT_TAKE2("UzmfaSignInLimit", set_sign_in_limit, nullptr, in_site,
                  "how many failed sign-ins of an account from an address there may be in what time, such as 10 10min"),
    AP_INIT_TAKE2("UzmfaLockout", set_lockout, nullptr, in_site,
                  "the first and the longest wait after too many wrong codes, such as 30s 1h"),
    AP_INIT_TAKE2("UzmfaTwilioApiKey", set_api_key, nullptr, in_site,
                  "an API key and its secret, instead of account and token"),
    AP_INIT_TAKE1("AuthType", read_auth_type, nullptr, OR_AUTHCFG, "Uzmfa: the module's own sign-in page"),
    AP_INIT_RAW_ARGS("Require", read_require, nullptr, OR_AUTHCFG, "who may use this place"),
    AP_INIT_TAKE1("DBDriver", read_along<&SiteSettings::database_driver>, nullptr, RSRC_CONF, "mod_dbd's driver"),
    AP_INIT_TAKE1("DBDParams", read_along<&SiteSettings::database_params>, nullptr, RSRC_CONF, "mod_dbd's parameters"),
};

constexpr std::size_t row_count = std::tuple_size_v<decltype(place_rows)> + std::tuple_size_v<decltype(site_rows)> +
                                 std::tuple_size_v<decltype(twilio_rows)>;

constexpr auto all_commands() {
    std::array<command_rec, row_count + std::size(lists_and_others) + 1> commands{};
    std::size_t at = 0;
    const auto add = [&](const auto&... row) { ((commands[at++] = command_of(row)), ...); };
    std::apply(add, place_rows);
    std::apply(add, site_rows);
    std::apply(add, twilio_rows);
    for (const auto& command : lists_and_others) commands[at++] = command;
    return commands;  // the last one is empty, as httpd wants it
}
constexpr auto command_table = all_commands();

}  // namespace

const command_rec* directives() { return command_table.data(); }

Policy policy_of(const PlaceSettings& settings, const Limits& defaults) {
    return resolve(settings, place_rows,
                   Policy{.idle_timeout = defaults.idle_timeout, .max_age = defaults.max_age});
}
Site site_of(const SiteSettings& settings) {
    Site site = resolve<Site>(settings, site_rows);
    site.longest = settings.longest;
    if (settings.sign_in_limit) site.sign_in_limit = *settings.sign_in_limit;
    if (settings.lockout) site.lockout = *settings.lockout;
    return site;
}
twilio::Settings twilio_of(const SiteSettings& settings) {
    auto resolved = resolve<twilio::Settings>(settings, twilio_rows);
    if (settings.twilio_api_key) resolved.api_key = *settings.twilio_api_key;
    return resolved;
}

void* create_place_settings(apr_pool_t* pool, char*) { return make_in<PlaceSettings>(pool); }

void* merge_place_settings(apr_pool_t* pool, void* parent, void* child) {
    auto* merged = make_in<PlaceSettings>(pool, *static_cast<PlaceSettings*>(child));
    merged->is_required = merged->is_required || (!merged->admin && static_cast<PlaceSettings*>(parent)->is_required);
    const auto& outer = *static_cast<PlaceSettings*>(parent);
    // Sections that are merged behind an .htaccess may name an AuthType again.
    if (!merged->own_sign_in && !merged->own_sign_in_of_htaccess) merged->own_sign_in_of_htaccess = outer.own_sign_in_of_htaccess;
    if (!merged->own_sign_in) merged->own_sign_in = outer.own_sign_in;
    inherit(*merged, outer, place_rows);
    inherit_list(&PlaceSettings::exemptions, *merged, outer, pool);
    inherit_list(&PlaceSettings::app_cookies, *merged, outer, pool);
    if (!merged->user_header) merged->user_header = outer.user_header;
    if (!merged->app_logout) merged->app_logout = outer.app_logout;
    return merged;
}

void* create_site_settings(apr_pool_t* pool, server_rec*) { return make_in<SiteSettings>(pool); }

void* merge_site_settings(apr_pool_t* pool, void* parent_settings, void* child) {
    const auto& parent = *static_cast<SiteSettings*>(parent_settings);
    auto* merged = make_in<SiteSettings>(pool, *static_cast<SiteSettings*>(child));
    inherit(*merged, parent, site_rows);
    inherit(*merged, parent, twilio_rows);
    if (!merged->twilio_api_key) merged->twilio_api_key = parent.twilio_api_key;
    if (!merged->sign_in_limit) merged->sign_in_limit = parent.sign_in_limit;
    if (!merged->lockout) merged->lockout = parent.lockout;
    if (!merged->login_providers) merged->login_providers = parent.login_providers;
    if (!merged->statements) merged->statements = parent.statements;
    inherit_list(&SiteSettings::app_cookies, *merged, parent, pool);
    if (!merged->database_driver) merged->database_driver = parent.database_driver;
    if (!merged->database_params) merged->database_params = parent.database_params;
    merged->gated = merged->gated || parent.gated;
    merged->longest = longer_of(merged->longest, parent.longest);
    return merged;
}

}  // namespace uzmfa
