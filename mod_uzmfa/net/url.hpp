// SPDX-License-Identifier: Apache-2.0
// The provider's base URL, as an administrator gives it. Pure functions: any thread, before any start.
#pragma once

#include <string>
#include <string_view>

namespace uzmfa {

// What is wrong with it; empty: nothing. Right is https://host[:port][/base], without user, query and
// fragment; http:// to a loopback address only.
std::string complaint_about_url(std::string_view url);

// localhost, 127.0.0.0/8 or [::1]: what is sent there stays on this machine.
bool is_loopback_url(std::string_view url);

}  // namespace uzmfa
