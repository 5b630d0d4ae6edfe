// SPDX-License-Identifier: Apache-2.0
#include "factors/twilio/credentials.hpp"

#include "crypto/secret_source.hpp"
#include "factors/twilio/sids.hpp"

namespace uzmfa::twilio {
namespace {

Error misconfigured(std::string_view directive, std::string_view what) {
    return {ErrorKind::misconfigured, std::string{directive} + ": " + std::string{what}};
}

// The directive's value, else the file's.
std::string_view either(std::string_view directive, const std::optional<SecretBytes>& from_file) {
    if (!directive.empty() || !from_file) return directive;
    return text_of(*from_file);
}

Result<SecretBytes> secret(std::string_view directive, std::string_view value) {
    auto found = secret_from(value);
    if (!found) return misconfigured(directive, found.error().detail);
    return found;
}

}  // namespace

Result<Credentials> credentials_of(const Settings& settings, const UzerpSettings& env) {
    const auto service_sid = either(settings.service_sid, env.service_sid);
    if (!is_sid(Kind::service, service_sid)) {
        return misconfigured("UzmfaTwilioServiceSid", "is needed with UzmfaValidator twilio: VA and 32 hex digits");
    }
    if (!settings.api_key.sid.empty()) {
        auto password = secret("UzmfaTwilioApiKey", settings.api_key.secret);
        if (!password) return password.error();
        return Credentials{std::string{settings.api_key.sid}, std::move(*password), std::string{service_sid}};
    }
    const auto account_sid = either(settings.account_sid, env.account_sid);
    if (!is_sid(Kind::account, account_sid)) {
        return misconfigured("UzmfaTwilioAccountSid",
                             "is needed with UzmfaValidator twilio, or UzmfaTwilioApiKey: AC and 32 hex digits");
    }
    // What stands in the file is the token itself, whatever it looks like.
    const bool from_file = settings.auth_token.empty() && env.auth_token;
    auto password = from_file ? Result<SecretBytes>{*env.auth_token} : secret("UzmfaTwilioAuthToken", settings.auth_token);
    if (!password) return password.error();
    if (password->empty()) return misconfigured("UzmfaTwilioAuthToken", "is needed with UzmfaValidator twilio");
    return Credentials{std::string{account_sid}, std::move(*password), std::string{service_sid}};
}

}  // namespace uzmfa::twilio
