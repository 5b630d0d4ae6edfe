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
inline constexpr std::string_view session = "uzmfa session 2";
inline constexpr std::string_view totp_secret = "uzmfa totp secret 1";
inline constexpr std::string_view form_token = "uzmfa form token 1";
inline constexpr std::string_view used_code = "uzmfa used code 1";
inline constexpr std::string_view sign_in = "uzmfa sign-in 1";
inline constexpr std::string_view kept_post = "uzmfa kept post 1";
inline constexpr std::string_view kept_address = "uzmfa kept address 1";
}  // namespace use

// The keys of a file: base64 of 32 bytes, one a line; blank lines and lines with # are passed over.
Result<std::vector<SecretBytes>> parse_keys(std::string_view text);

// The lines of a file's text that hold keys, as they stand there.
struct KeyLine {
    std::string_view whole;  // with the line end, where there is one
    std::string_view key;
    std::size_t number;
};
std::vector<KeyLine> key_lines_of(std::string_view text);

// Reads the file. It must be a regular file of root or of the running user, mode 0600, or 0640 where
// it is root's.
Result<std::vector<SecretBytes>> read_key_file(const std::string& path);
// The same, but the text itself, of which parse_keys has no complaint.
Result<SecretBytes> read_key_file_text(const std::string& path);
inline constexpr std::size_t largest_key_file = 64 * 1024;

// HKDF-SHA256 (RFC 5869), no salt.
SecretBytes derive_key(const SecretBytes& key, std::string_view label, std::size_t size = key_bytes);
// The keys of one use, in the ring's order.
std::vector<SecretBytes> derive_keys(const std::vector<SecretBytes>& keys, std::string_view label);

}  // namespace uzmfa
