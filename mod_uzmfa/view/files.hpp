// SPDX-License-Identifier: Apache-2.0
// The files that the pages are made of: an administrator's in place of the installed ones.
#pragma once

#include "core/result.hpp"

#include <string>

namespace uzmfa {

struct Folders {
    std::string own;  // may be empty
    std::string installed;
};

bool is_there(const std::string& path);

// Where the file of that name is taken from.
std::string path_of(const Folders& folders, const std::string& name);

// The whole file, which is not large.
Result<std::string> read_file(const std::string& path);

}  // namespace uzmfa
