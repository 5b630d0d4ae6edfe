// SPDX-License-Identifier: Apache-2.0
// Time-based one-time passwords (RFC 6238) over HOTP (RFC 4226 §5.3).
#pragma once

#include "core/moment.hpp"
#include "crypto/secret_bytes.hpp"
#include "factors/factors.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace uzmfa::totp {

inline constexpr seconds period{30};           // X, RFC 6238 §4.1
inline constexpr std::size_t secret_size = 20;  // 160 bits, RFC 4226 §4 R6

using Parameters = CodeParameters;

constexpr TimeStep step_at(Moment moment) { return unix_time(moment) / period.count(); }

std::string code_at(TimeStep step, std::span<const std::uint8_t> secret, const Parameters& parameters);

// The latest step within `skew` of now whose code is `code`; nothing where there is none. Takes the
// same time whichever step it is and however many digits are right.
std::optional<TimeStep> matching_step(std::string_view code, Moment now, std::uint8_t skew,
                                      std::span<const std::uint8_t> secret, const Parameters& parameters);

// The URI an authenticator app reads from the QR code (Key Uri Format).
std::string key_uri(std::string_view issuer, std::string_view account, std::string_view base32_secret,
                    const Parameters& parameters);

}  // namespace uzmfa::totp
