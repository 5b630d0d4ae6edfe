// SPDX-License-Identifier: Apache-2.0
#include "crypto/uzerp_settings.hpp"

#include "core/text.hpp"
#include "crypto/secret_source.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

constexpr seconds longest = std::chrono::days{3650};

Error wrong(std::string_view name, std::string_view complaint) {
    return misconfigured(std::string{name} + " " + std::string{complaint});
}

Result<std::optional<SecretBytes>> credential(const EnvFile& file, std::string_view name) {
    const SecretBytes* const value = file.find(name);
    if (!value || value->empty()) return std::optional<SecretBytes>{};
    if (const auto complaint = complaint_about_secret(text_of(*value)); !complaint.empty()) return wrong(name, complaint);
    return std::optional{*value};
}

// uzERP documents `true`, and its code takes `on` alone.
bool manages_sessions(const EnvFile& file) {
    const SecretBytes* const value = file.find("UZERP_MANAGE_USER_SESSIONS");
    return value && (equal_in_any_case(text_of(*value), "true") || equal_in_any_case(text_of(*value), "on"));
}

Result<seconds> duration(const EnvFile& file, std::string_view name) {
    const SecretBytes* const value = file.find(name);
    if (!value || value->empty()) return wrong(name, "is missing: UZERP_MANAGE_USER_SESSIONS needs it");
    const auto text = text_of(*value);
    const auto count = number_in<std::uint32_t>(text);
    if (!count || *count == 0 || seconds{*count} > longest) {
        return wrong(name, "is not a whole number of seconds from 1 to " + std::to_string(longest.count()));
    }
    return seconds{*count};
}

Result<std::optional<Limits>> sessions_of(const EnvFile& file) {
    if (!manages_sessions(file)) return std::optional<Limits>{};
    const auto idle_timeout = duration(file, "USER_ACTIVITY_TIMEOUT_SECS");
    if (!idle_timeout) return idle_timeout.error();
    const auto max_age = duration(file, "USER_SESSION_MAX_AGE_SECS");
    if (!max_age) return max_age.error();
    return std::optional{Limits{*idle_timeout, *max_age}};
}

}  // namespace

Result<UzerpSettings> uzerp_settings_of(const EnvFile& file) {
    auto account_sid = credential(file, "TWILIO_ACCOUNT_SID");
    if (!account_sid) return account_sid.error();
    auto auth_token = credential(file, "TWILIO_AUTH_TOKEN");
    if (!auth_token) return auth_token.error();
    auto service_sid = credential(file, "TWILIO_SERVICE_SID");
    if (!service_sid) return service_sid.error();
    const auto sessions = sessions_of(file);
    if (!sessions) return sessions.error();
    return UzerpSettings{std::move(*account_sid), std::move(*auth_token), std::move(*service_sid), *sessions};
}

}  // namespace uzmfa
