// SPDX-License-Identifier: Apache-2.0
// Where a person goes after sign-in: a path of this site, or "/".
#pragma once

#include <string_view>

namespace uzmfa {

inline constexpr std::size_t longest_return_path = 2048;  // bytes, percent-encoded

// `next` where it is a path of this site outside the module's own pages, or its `account`, `admin`, `admin/events` or
// `done`, else "/".
// A path begins with one slash, holds visible ASCII only and no backslash: what a browser could read
// as another site (RFC 3986 §4.2 network-path reference, WHATWG URL) is refused, not repaired.
std::string_view return_path(std::string_view next, std::string_view own_path);

// True where `path` is `prefix` or lies below it.
bool lies_under(std::string_view path, std::string_view prefix);

}  // namespace uzmfa
