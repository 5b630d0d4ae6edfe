// SPDX-License-Identifier: Apache-2.0
// Brings a secret that is known here to Twilio, so that the user's app goes on as it is.
#pragma once

#include "factors/twilio/api.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace uzmfa::twilio {

struct Import {
    std::string identity;  // the uuid
    std::string friendly_name;
    FactorConfig config;
    std::string secret;                 // base32
    std::function<std::string()> code;  // its code now
};

// Makes a factor of the secret; its SID. It must be verified before it is of use. Where Twilio has a factor with this
// secret already, it is what a former import left behind: all factors of the user go first, so this is only for a user
// who has none at Twilio.
Result<std::string> make_factor(const Import& import, Api& api);

// Shows Twilio the code.
Result<Done> verify_factor(const Import& import, std::string_view sid, Api& api);

}  // namespace uzmfa::twilio
