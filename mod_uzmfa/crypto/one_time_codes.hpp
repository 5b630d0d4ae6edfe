// SPDX-License-Identifier: Apache-2.0
// Recovery codes and temporary codes: how they are made, read and kept. They are written in base32 (RFC 4648 §6), in
// groups of four with dashes between: JBSW-Y3DP-EHPK-3PXP.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace uzmfa {

inline constexpr std::size_t recovery_code_groups = 4;   // 80 bits
inline constexpr std::size_t temporary_code_groups = 3;  // 60 bits: it lives for hours

// 20 random bits a group.
std::string new_one_time_code(std::size_t groups);

// A code as it was typed, without blanks and dashes and in upper case, 0 1 8 read as O I B; nothing where it cannot be
// one of either kind.
std::optional<std::string> normalized_one_time_code(std::string_view typed);

// What is kept of a normalised code: SHA-256 over the salt as it stands here and the code. The codes are random, so
// that a fast digest will do.
struct SaltedDigest {
    std::string salt;    // 16 random bytes in hex
    std::string digest;  // hex
};
SaltedDigest salted_digest(std::string_view code);
bool matches(const SaltedDigest& kept, std::string_view code);  // in constant time

}  // namespace uzmfa
