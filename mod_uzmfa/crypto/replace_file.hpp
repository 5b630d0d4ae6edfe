// SPDX-License-Identifier: Apache-2.0
// Replaces a file that holds secrets, so that at each moment the old one or the new one is there, whole.
#pragma once

#include "core/result.hpp"
#include "crypto/secret_bytes.hpp"

#include <functional>
#include <string>

namespace uzmfa {

// The new text of the file at this path, which is no link.
using MakeText = std::function<Result<SecretBytes>(const std::string& real_path)>;

// Writes the new text to another file in the same folder, with the owner, group and mode of the one at `path`, and
// renames it over that one; where `path` is a link, what it leads to is replaced. Callers of one folder wait for each
// other, so that none loses what another wrote. Every error names the path.
Result<Done> replace_file(const std::string& path, const MakeText& make_text);

}  // namespace uzmfa
