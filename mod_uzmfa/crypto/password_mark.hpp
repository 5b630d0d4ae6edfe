// SPDX-License-Identifier: Apache-2.0
// By what a session knows its user's password again: without a key, since the nodes may be in the middle of a rollover.
// What is digested is a salted hash itself, and the mark stands only in sealed cookies.
#pragma once

#include "core/row_mark.hpp"

#include <string_view>

namespace uzmfa {

// The first bytes of SHA-256 of what the password column holds.
PasswordMark password_mark(std::string_view column);

}  // namespace uzmfa
