// SPDX-License-Identifier: Apache-2.0
#include "ctl/tool_settings.hpp"

#include "core/text.hpp"
#include "crypto/secret_file.hpp"
#include "crypto/secret_source.hpp"
#include "factors/twilio/sids.hpp"
#include "net/url.hpp"
#include "store/statements.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

namespace uzmfa {
namespace {

constexpr std::size_t largest_file = 64 * 1024;
using Value = std::string_view;
using Complaint = std::string;  // empty: the value is right

Complaint a_driver(ToolSettings& to, Value value) {
    to.driver = value;
    return driver_named(value) ? "" : "must be pgsql or sqlite3";
}

Complaint database_params(ToolSettings& to, Value value) {
    to.params = value;
    return value.front() == '"' && value.back() == '"' ? "needs no quotes around it" : "";
}

template <Value Site::*Setting>
Complaint a_path_of_site(ToolSettings& to, Value value) {
    to.site.*Setting = value;
    return value.front() == '/' ? "" : "must be a path that begins with /";
}

Complaint users_table(ToolSettings& to, Value value) {
    to.site.users_table = value;
    return is_table_name(value) ? "" : "must be a plain SQL name, or two with a dot between";
}

template <class T>
Complaint a_choice(T& to, Value value) {
    const auto chosen = chosen_by<T>(value);
    if (!chosen) return "must be one of: " + all_words<T>();
    to = *chosen;
    return "";
}

Complaint validator(ToolSettings& to, Value value) { return a_choice(to.site.validator, value); }

Complaint totp_skew(ToolSettings& to, Value value) {
    const auto skew = number_in<std::uint8_t>(value);
    to.site.totp_skew = skew.value_or(0);
    return skew && *skew <= 1 ? "" : "must be one of: 0, 1";
}

Complaint failure_cap(ToolSettings& to, Value value) {
    auto& cap = to.attempts.cap;
    cap = number_in<std::uint16_t>(value).value_or(0);
    return cap > 0 ? "" : "must be a number of 1 or more";
}

template <Value twilio::Settings::*Setting, twilio::Kind Wanted>
Complaint a_sid(ToolSettings& to, Value value) {
    to.twilio.*Setting = value;
    if (twilio::is_sid(Wanted, value)) return "";
    return "must be " + std::string{twilio::prefix_of(Wanted)} + " and 32 hex digits";
}

Complaint auth_token(ToolSettings& to, Value value) {
    to.twilio.auth_token = value;
    return "";
}

Complaint api_key(ToolSettings& to, Value value) {
    const auto blank = std::min(value.find_first_of(" \t"), value.size());
    const auto secret = std::min(value.find_first_not_of(" \t", blank), value.size());
    to.twilio.api_key = {value.substr(0, blank), value.substr(secret)};
    const bool is_right = twilio::is_sid(twilio::Kind::api_key, to.twilio.api_key.sid) && secret < value.size();
    return is_right ? "" : "must be SK and 32 hex digits, then a blank and the secret, file:PATH or exec:COMMAND";
}

Complaint twilio_url(ToolSettings& to, Value value) {
    to.twilio.url = without_slash_at_end(value);
    return complaint_about_url(to.twilio.url);
}

Complaint twilio_ca_file(ToolSettings& to, Value value) {
    to.twilio.ca_file = value;
    return value.front() == '/' ? "" : "must be a path that begins with /";
}

Complaint twilio_timeout(ToolSettings& to, Value value) {
    const auto end = std::min(value.find_first_not_of("0123456789"), value.size());
    const auto count = number_in<std::uint16_t>(value.substr(0, end)).value_or(0);
    const auto unit = value.substr(end);
    const bool is_minutes = unit == "min";
    if (count == 0 || !(unit.empty() || unit == "s" || is_minutes)) {
        return "must be a duration of a second or more, such as 5s";
    }
    to.twilio.timeout = is_minutes ? std::chrono::minutes{count} : seconds{count};
    return to.twilio.timeout <= twilio::longest_timeout ? "" : "must be 30 s at most";
}

Complaint twilio_friendly_name(ToolSettings& to, Value value) { return a_choice(to.twilio.friendly_name, value); }

Complaint httpd(ToolSettings& to, Value value) {
    to.httpd = value;
    return "";
}

Complaint url(ToolSettings& to, Value value) {
    to.url = value;
    return Complaint{complaint_about_site_url(value)};
}

struct Row {
    Value name;
    Complaint (*set)(ToolSettings& to, Value value);
    Value help;
};
constexpr Row rows[] = {
    {"driver", a_driver, "pgsql or sqlite3, as DBDriver"},
    {"params", database_params, "as DBDParams, without quotes"},
    {"key-file", a_path_of_site<&Site::key_file>, "as UzmfaSessionKeyFile"},
    {"env-file", a_path_of_site<&Site::env_file>, "uzERP's .env; what is named here beats it"},
    {"users-table", users_table, "the application's table of users (users)"},
    {"validator", validator, "local or twilio (local)"},
    {"totp-skew", totp_skew, "0 or 1, as UzmfaTotpSkew (1)"},
    {"failure-cap", failure_cap, "so many wrong codes close a factor (100)"},
    {"twilio-account-sid", a_sid<&twilio::Settings::account_sid, twilio::Kind::account>, "AC…"},
    {"twilio-auth-token", auth_token, "its token: itself, file:PATH or exec:COMMAND"},
    {"twilio-api-key", api_key, "SK… and its secret, instead of the two above"},
    {"twilio-service-sid", a_sid<&twilio::Settings::service_sid, twilio::Kind::service>, "VA…"},
    {"twilio-url", twilio_url, "(https://verify.twilio.com)"},
    {"twilio-ca-file", twilio_ca_file, "certificates to trust (the system's)"},
    {"twilio-timeout", twilio_timeout, "how long to wait for Twilio (5s)"},
    {"twilio-friendly-name", twilio_friendly_name, "uuid or username: what Twilio is told (uuid)"},
    {"httpd", httpd, "for check: httpd's program, such as apache2ctl"},
    {"url", url, "for check: a page of the site, https://…"},
};

constexpr Value blanks = " \t\r";

// A line in a wrong place may be a secret: only what looks like a name is repeated.
bool looks_like_a_name(Value text) {
    const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
    return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), is_plain);
}

Complaint set(ToolSettings& to, Value line, std::array<bool, std::size(rows)>& seen) {
    const auto equals = line.find('=');
    if (equals == line.npos) return "is not NAME = VALUE";
    const auto name = trimmed(line.substr(0, equals), blanks);
    const auto value = trimmed(line.substr(equals + 1), blanks);
    const auto row = std::find_if(std::begin(rows), std::end(rows), [&](const Row& one) { return one.name == name; });
    if (row == std::end(rows)) {
        Complaint complaint = looks_like_a_name(name) ? "there is no setting '" + std::string{name} + "'" : "is no setting";
        complaint += "; there are:";
        for (const auto& one : rows) complaint.append(" ").append(one.name);
        return complaint;
    }
    auto& is_seen = seen[static_cast<std::size_t>(row - std::begin(rows))];
    if (is_seen) return std::string{name} + " stands here a second time";
    is_seen = true;
    if (value.empty()) return std::string{name} + " has no value";
    if (std::any_of(value.begin(), value.end(), [](char c) { return c == '\0'; })) return std::string{name} + " holds a NUL";
    const auto complaint = row->set(to, value);
    return complaint.empty() ? "" : std::string{name} + " " + complaint;
}

bool has_password(Value params) {
    if (params.find("password") != params.npos) return true;
    const auto scheme = params.find("://");
    if (scheme == params.npos) return false;
    const auto host = params.find('@', scheme);
    return host != params.npos && params.find(':', scheme + 3) < host;
}

// It names programs that are run as whoever runs the tool.
std::string_view rule_of_any_file(const struct stat& status) {
    if (status.st_uid != 0 && status.st_uid != geteuid()) return "belongs neither to root nor to you";
    if (status.st_mode & (S_IWGRP | S_IWOTH)) return "may be written by others than its owner: chmod 0640";
    return {};
}

std::string_view rule_of_a_file_with_secrets(const struct stat& status) {
    if (status.st_mode & S_IROTH) return "may be read by everybody, and holds a password, a token or a key: chmod 0640";
    return rule_of_any_file(status);
}

}  // namespace

Result<ToolSettings> parse_tool_settings(SecretBytes text) {
    ToolSettings settings;
    settings.text = std::move(text);
    std::array<bool, std::size(rows)> seen{};
    auto rest = text_of(settings.text);
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const auto line = trimmed(take_until('\n', rest), blanks);
        if (line.empty() || line.front() == '#') continue;
        const auto complaint = set(settings, line, seen);
        if (!complaint.empty()) return misconfigured("line " + std::to_string(number) + ": " + complaint);
    }
    return settings;
}

Result<ToolSettings> read_tool_settings(const std::string& path) {
    auto text = read_secret_file(path, largest_file, rule_of_any_file);
    if (!text) return text.error();
    auto settings = parse_tool_settings(std::move(*text));
    if (!settings) return misconfigured(path + ", " + settings.error().detail);
    if (literal_secret_in(*settings).empty()) return settings;
    if (auto kept = read_secret_file(path, largest_file, rule_of_a_file_with_secrets); !kept) return kept.error();
    return settings;
}

std::string_view complaint_about_site_url(std::string_view url) {
    const bool is_plain = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; });
    return url.starts_with("https://") && is_plain ? "" : "must be an address that begins with https://";
}

std::string_view literal_secret_in(const ToolSettings& settings) {
    if (is_literal_secret(settings.twilio.auth_token)) return "twilio-auth-token";
    if (is_literal_secret(settings.twilio.api_key.secret)) return "twilio-api-key";
    if (has_password(settings.params)) return "params";
    return {};
}

std::string help_on_settings() {
    std::string text;
    for (const auto& row : rows) {
        text.append("  ").append(row.name).append(24 - row.name.size(), ' ').append(row.help).append("\n");
    }
    return text;
}

}  // namespace uzmfa
