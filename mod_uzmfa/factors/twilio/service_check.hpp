// SPDX-License-Identifier: Apache-2.0
// Whether the settings of a Verify service are fit for a second factor.
#pragma once

#include "factors/twilio/api.hpp"

#include <string>
#include <vector>

namespace uzmfa::twilio {

inline constexpr seconds longest_life_of_a_code{120};  // NIST SP 800-63B §3.1.4
inline constexpr int fewest_digits = 6;                // RFC 4226 §5.3

struct ServiceFault {
    bool is_grave;     // a code could be guessed, or lives too long
    std::string text;  // what it is, and what to do
};

// Factors that the application makes take the service's settings; those of this module have settings of their own.
std::vector<ServiceFault> faults_of(const ServiceSettings& service);

// How far this clock is off Twilio's, at which codes are checked; nothing where it is near enough.
std::vector<ServiceFault> faults_of_clock(Moment here, Moment there);

}  // namespace uzmfa::twilio
