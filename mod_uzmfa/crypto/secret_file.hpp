// SPDX-License-Identifier: Apache-2.0
// Reads a file that holds secrets, after a look at its owner and mode.
#pragma once

#include "core/result.hpp"
#include "crypto/secret_bytes.hpp"

#include <sys/stat.h>

#include <string>
#include <string_view>

namespace uzmfa {

// Why a file's owner or mode is not fit for a secret, empty where it is.
using FileRule = std::string_view (*)(const struct stat& status);

// For a file that another program reads too, as uzERP its .env: whoever deploys that program may own it, and a group
// may read it. Only the owner may write it, and others may do nothing.
std::string_view shared_file_rule(const struct stat& status);

// A regular file of at most `largest` bytes that keeps the rule. Every error names the path.
Result<SecretBytes> read_secret_file(const std::string& path, std::size_t largest, FileRule rule);

}  // namespace uzmfa
