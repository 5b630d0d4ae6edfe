// SPDX-License-Identifier: Apache-2.0
// The key file, and the keys of each use derived from it.
#pragma once

#include "core/result.hpp"
#include "crypto/secret_bytes.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace uzmfa {

inline constexpr std::size_t key_bytes = 32;
inline constexpr std::size_t most_keys = 16;

// What a derived key is for: the HKDF label (RFC 5869 §3.2). One key per use, so that what is sealed
// for one can never be opened as the other. A change of a record's format is a new label.
namespace use {
inline constexpr std::string_view session = "uzmfa session 1";
inline constexpr std::string_view totp_secret = "uzmfa totp secret 1";
inline constexpr std::string_view form_token = "uzmfa form token 1";
inline constexpr std::string_view used_code = "uzmfa used code 1";
inline constexpr std::string_view sign_in = "uzmfa sign-in 1";
}  // namespace use

// The keys of a file: base64 of 32 bytes, one a line; blank lines and lines with # are passed over.
Result<std::vector<SecretBytes>> parse_keys(std::string_view text);

// Reads the file. It must be a regular file of root or of the running user, mode 0600, or 0640 where
// it is root's.
Result<std::vector<SecretBytes>> read_key_file(const std::string& path);

// HKDF-SHA256 (RFC 5869), no salt.
SecretBytes derive_key(const SecretBytes& key, std::string_view label, std::size_t size = key_bytes);

}  // namespace uzmfa
