// SPDX-License-Identifier: Apache-2.0
// What the UzmfaTwilio… directives say. The texts live as long as the configuration.
#pragma once

#include "core/moment.hpp"

#include <cstdint>
#include <string_view>

namespace uzmfa::twilio {

enum class FriendlyName : std::uint8_t { uuid, username };

struct Settings {
    std::string_view account_sid;
    std::string_view auth_token;  // itself, or file:PATH, or exec:COMMAND
    std::string_view api_key_sid;
    std::string_view api_key_secret;  // as auth_token
    std::string_view service_sid;
    std::string_view url = "https://verify.twilio.com";
    std::string_view ca_file;  // empty: the system's
    seconds timeout{5};        // for all that one request of a user asks of Twilio
    std::uint16_t connections = 8;
    FriendlyName friendly_name = FriendlyName::uuid;
};

}  // namespace uzmfa::twilio
