// SPDX-License-Identifier: Apache-2.0
// Texts from outside, fit to be kept and shown.
#pragma once

#include <string>
#include <string_view>

namespace uzmfa {

// Fit for a terminal and a database: control characters, those of lines and of direction too, and what is not UTF-8
// become '?'.
std::string printable(std::string_view text);

// The beginning, of at most so many bytes and without half a character at the end.
std::string_view beginning_of(std::string_view text, std::size_t most);

}  // namespace uzmfa
