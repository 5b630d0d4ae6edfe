// SPDX-License-Identifier: Apache-2.0
// What uzmfactl does, one function a command. Each returns the exit status.
#pragma once

#include <string>
#include <string_view>

namespace uzmfa {

extern const std::string_view version;

inline constexpr int exit_done = 0;
inline constexpr int exit_refused = 1;      // refused or not found
inline constexpr int exit_usage = 2;        // wrong usage
inline constexpr int exit_unreachable = 3;  // database or provider

int make_key_file(const std::string& path);
int print_schema(const std::string& driver, bool with_users);

}  // namespace uzmfa
