// SPDX-License-Identifier: Apache-2.0
// Random bytes from OpenSSL's CSPRNG.
#pragma once

#include "crypto/secret_bytes.hpp"

#include <span>
#include <string>

namespace uzmfa {

// Throws std::runtime_error where the generator fails: nothing may go on with predictable bytes.
void fill_random(std::span<std::uint8_t> bytes);
SecretBytes random_bytes(std::size_t count);

// A random UUID in lower case (RFC 4122 §4.4).
std::string random_uuid();

}  // namespace uzmfa
