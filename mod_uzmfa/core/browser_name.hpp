// SPDX-License-Identifier: Apache-2.0
// What people call a browser.
#pragma once

#include <string>
#include <string_view>

namespace uzmfa {

// Of a User-Agent (RFC 9110 §10.1.5): "Firefox on Windows". One of a browser that is not known stays as it is.
std::string browser_name(std::string_view user_agent);

}  // namespace uzmfa
