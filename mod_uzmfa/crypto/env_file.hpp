// SPDX-License-Identifier: Apache-2.0
// A file of settings as uzERP's .env, read as its library does: https://github.com/vlucas/phpdotenv, version 5.
//
//   NAME=value                 # ends before a blank or a '#'; a blank with more behind it is an error
//   export NAME = 'a value'    # taken as it stands: no escapes at all
//   NAME="a ${OTHER} value\n"  # escapes \n \r \t \f \v \\ \" \$; may go over several lines, with no blank before the "
//   NAME=                      # empty
//   NAME                       # takes back what was said above
//
// ${OTHER} is what was said above of OTHER, in an unquoted value too; it stays as it is where nothing was. Of several
// lines with one name the last one holds.
#pragma once

#include "core/result.hpp"
#include "crypto/secret_bytes.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace uzmfa {

inline constexpr std::size_t largest_env_file = 64 * 1024;
inline constexpr std::size_t largest_env_values = 256 * 1024;  // together, once their variables are in place

class EnvFile {
public:
    // The value, or null where the file has none of that name.
    const SecretBytes* find(std::string_view name) const;

    void set(std::string_view name, SecretBytes value) { values_.insert_or_assign(std::string{name}, std::move(value)); }
    void clear(std::string_view name) { values_.erase(std::string{name}); }

private:
    std::map<std::string, SecretBytes, std::less<>> values_;
};

// Errors say the number of the line and never what stands there. Two things are stricter than phpdotenv: NUL, and a
// quoted value of several lines that does not end, which phpdotenv drops silently with all that follows. Three are
// not: a name may have any letters beyond ASCII, one letter behind `export` is a name too, and bytes that are not
// UTF-8 stay as they are.
Result<EnvFile> parse_env(std::string_view text);

// The file keeps `shared_file_rule`.
Result<EnvFile> read_env_file(const std::string& path);

}  // namespace uzmfa
