// SPDX-License-Identifier: Apache-2.0
// What the UzmfaTwilio… directives say. The texts live as long as the configuration.
#pragma once

#include "core/choice.hpp"
#include "core/moment.hpp"

#include <cstdint>
#include <string_view>

namespace uzmfa {
namespace twilio {

// A deletion is claimed for a minute: by then the call that makes it must be over.
inline constexpr seconds longest_timeout{30};

enum class FriendlyName : std::uint8_t { uuid, username };
}  // namespace twilio
template <>
inline constexpr std::array<Choice<twilio::FriendlyName>, 2> choices<twilio::FriendlyName>{
    {{"uuid", twilio::FriendlyName::uuid}, {"username", twilio::FriendlyName::username}}};
namespace twilio {

struct ApiKey {
    std::string_view sid;
    std::string_view secret;  // itself, or file:PATH, or exec:COMMAND
};

struct Settings {
    std::string_view account_sid;
    std::string_view auth_token;  // as ApiKey::secret
    ApiKey api_key;               // takes the place of the two above
    std::string_view service_sid;
    std::string_view url = "https://verify.twilio.com";
    std::string_view ca_file;  // empty: the system's
    seconds timeout{5};        // for all that one request of a user asks of Twilio
    std::uint16_t connections = 8;
    FriendlyName friendly_name = FriendlyName::uuid;
};

}  // namespace twilio
}  // namespace uzmfa
