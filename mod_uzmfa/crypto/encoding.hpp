// SPDX-License-Identifier: Apache-2.0
// Bytes as text (RFC 4648). Decoders take the canonical form only: one text for each value.
#pragma once

#include "crypto/secret_bytes.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace uzmfa {

std::string hex(std::span<const std::uint8_t> bytes);     // lower case
std::string base32(std::span<const std::uint8_t> bytes);  // §6, no padding
std::string base64(std::span<const std::uint8_t> bytes);  // §4, padded
std::string base64url(std::span<const std::uint8_t> bytes);  // §5, no padding

std::optional<SecretBytes> from_base64(std::string_view text);

// base64url into a buffer of `capacity` bytes; the number of bytes written, or nothing.
std::optional<std::size_t> decode_base64url(std::string_view text, std::span<std::uint8_t> buffer);

inline std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace uzmfa
