// SPDX-License-Identifier: Apache-2.0
// What uzmfactl does, one function a command. Each returns the exit status.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace uzmfa {

inline constexpr int exit_done = 0;
inline constexpr int exit_refused = 1;      // refused or not found
inline constexpr int exit_usage = 2;        // wrong usage
inline constexpr int exit_unreachable = 3;  // database or provider

// What goes for every command.
struct Common {
    std::string config_file;
    bool as_json = false;
};

int make_key_file(const Common& common, const std::string& path);
int add_key(const Common& common, const std::string& path);
int promote_key(const Common& common, const std::string& path);
int reseal(const Common& common);
int print_schema(const Common& common, const std::string& driver, bool with_users);
int print_schema_upgrade(const Common& common);
// `httpd` and `url` beat the settings; empty: as they say.
int check(const Common& common, const std::string& httpd, const std::string& url);
int list_users(const Common& common, bool only_not_enrolled);
int show_user(const Common& common, const std::string& name);
int reset_user(const Common& common, const std::string& name);
// `since` as moment_of_since takes it; empty: all there are.
int list_events(const Common& common, const std::string& user, const std::string& since);
int skip_next(const Common& common, const std::string& name, std::chrono::hours lifetime);
int unlock_user(const Common& common, const std::string& name);
int make_temporary_code(const Common& common, const std::string& name, std::chrono::hours lifetime);
int end_sessions(const Common& common, const std::string& name);
int end_all_sessions(const Common& common);
// The password is the first line of standard input.
int make_user(const Common& common, const std::string& name);
int move_user(const Common& common, const std::string& name, const std::string& to);

}  // namespace uzmfa
