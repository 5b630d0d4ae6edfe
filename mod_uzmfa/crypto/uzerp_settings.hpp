// SPDX-License-Identifier: Apache-2.0
// What uzERP's .env says of multi-factor authentication.
#pragma once

#include "core/session.hpp"
#include "crypto/env_file.hpp"

#include <optional>

namespace uzmfa {

// What the file does not name, or leaves empty, is not there.
struct UzerpSettings {
    std::optional<SecretBytes> account_sid;  // TWILIO_ACCOUNT_SID
    std::optional<SecretBytes> auth_token;   // TWILIO_AUTH_TOKEN: always itself, never file: or exec:
    std::optional<SecretBytes> service_sid;  // TWILIO_SERVICE_SID
    // USER_ACTIVITY_TIMEOUT_SECS and USER_SESSION_MAX_AGE_SECS, where UZERP_MANAGE_USER_SESSIONS is `true` or `on`.
    std::optional<Limits> sessions;
};

// An error names the variable and never its value.
Result<UzerpSettings> uzerp_settings_of(const EnvFile& file);

}  // namespace uzmfa
