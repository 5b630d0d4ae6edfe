// SPDX-License-Identifier: Apache-2.0
#include "factors/twilio/credentials.hpp"

#include "crypto/secret_source.hpp"
#include "factors/twilio/sids.hpp"

namespace uzmfa::twilio {
namespace {

Error wrong(std::string_view directive, std::string_view what) {
    return misconfigured(std::string{directive} + ": " + std::string{what});
}

// The directive's, which was looked at when it was read, else the file's.
Result<std::string> sid(Kind kind, std::string_view directive, std::string_view value, std::string_view alternative,
                        std::string_view variable, const std::optional<SecretBytes>& from_file) {
    const auto form = std::string{prefix_of(kind)} + " and 32 hex digits";
    if (!value.empty()) return std::string{value};
    if (!from_file) {
        return wrong(directive, "is needed with UzmfaValidator twilio" + std::string{alternative} + ": " + form);
    }
    if (is_sid(kind, text_of(*from_file))) return std::string{text_of(*from_file)};
    return wrong("UzmfaEnvFile", std::string{variable} + " must be " + form);
}

Result<SecretBytes> secret(std::string_view directive, std::string_view value) {
    auto found = secret_from(value);
    if (!found) return wrong(directive, found.error().detail);
    return found;
}

}  // namespace

Result<Credentials> credentials_of(const Settings& settings, const UzerpSettings& env) {
    auto service_sid =
        sid(Kind::service, "UzmfaTwilioServiceSid", settings.service_sid, "", "TWILIO_SERVICE_SID", env.service_sid);
    if (!service_sid) return service_sid.error();
    if (!settings.api_key.sid.empty()) {
        auto password = secret("UzmfaTwilioApiKey", settings.api_key.secret);
        if (!password) return password.error();
        return Credentials{std::string{settings.api_key.sid}, std::move(*password), std::move(*service_sid)};
    }
    auto account_sid = sid(Kind::account, "UzmfaTwilioAccountSid", settings.account_sid, ", or UzmfaTwilioApiKey",
                           "TWILIO_ACCOUNT_SID", env.account_sid);
    if (!account_sid) return account_sid.error();
    if (settings.auth_token.empty() && !env.auth_token) {
        return wrong("UzmfaTwilioAuthToken", "is needed with UzmfaValidator twilio");
    }
    // What stands in the file is the token itself, whatever it looks like.
    const bool from_file = settings.auth_token.empty();
    auto password = from_file ? Result<SecretBytes>{*env.auth_token} : secret("UzmfaTwilioAuthToken", settings.auth_token);
    if (!password) return password.error();
    return Credentials{std::move(*account_sid), std::move(*password), std::move(*service_sid)};
}

}  // namespace uzmfa::twilio
