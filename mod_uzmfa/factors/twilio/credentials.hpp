// SPDX-License-Identifier: Apache-2.0
// How Twilio knows us, from the directives and uzERP's .env.
#pragma once

#include "core/result.hpp"
#include "crypto/secret_bytes.hpp"
#include "crypto/uzerp_settings.hpp"
#include "factors/twilio/settings.hpp"

#include <string>

namespace uzmfa::twilio {

struct Credentials {
    std::string user;  // an account's SID with its token, or an API key's with its secret
    SecretBytes password;
    std::string service_sid;
};

// A directive beats the file. Reads what file: and exec: name. The error says which directive is missing or wrong.
Result<Credentials> credentials_of(const Settings& settings, const UzerpSettings& env);

}  // namespace uzmfa::twilio
