// SPDX-License-Identifier: Apache-2.0
// Digests, HMAC (RFC 2104) and comparison in constant time.
#pragma once

#include "crypto/secret_bytes.hpp"

#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace uzmfa {

enum class Digest : std::uint8_t { sha1, sha256, sha512 };

std::array<std::uint8_t, 32> sha256(std::span<const std::uint8_t> message);

SecretBytes hmac(Digest digest, std::span<const std::uint8_t> key, std::span<const std::uint8_t> message);

// The time depends on the lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace uzmfa
