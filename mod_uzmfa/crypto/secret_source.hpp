// SPDX-License-Identifier: Apache-2.0
// A secret as a directive gives it: itself, or where it comes from.
//
//   Q3v8…                    itself
//   file:/etc/uzmfa/token    what the file holds; it keeps `shared_file_rule`
//   exec:/usr/bin/pass "a b" what the program prints. No shell: words end at blanks, and what stands between '' or ""
//                            belongs to one word as it is
//
// One newline at the end of a file or of what is printed is not part of the secret. All paths are absolute.
#pragma once

#include "core/result.hpp"
#include "crypto/secret_bytes.hpp"

#include <chrono>
#include <string_view>

namespace uzmfa {

inline constexpr std::size_t largest_secret = 4096;
inline constexpr std::chrono::milliseconds longest_run{10'000};

// What makes a text unfit for a secret, empty where nothing does: no or too many bytes, control characters, or blanks
// around it, with which Twilio answers as to a wrong one.
std::string_view complaint_about_secret(std::string_view text);

// Whether it is the secret itself that stands there.
bool is_literal_secret(std::string_view text);

// A program gets PATH, no input and httpd's stderr, and is killed with all it started after the deadline. It must end
// with status 0. An error never shows the secret, nor the words behind a program's name.
Result<SecretBytes> secret_from(std::string_view text, std::chrono::milliseconds deadline = longest_run);

}  // namespace uzmfa
