// SPDX-License-Identifier: Apache-2.0
// What people call a browser.
#pragma once

#include <string_view>

namespace uzmfa {

struct BrowserName {
    std::string_view browser;
    std::string_view system;
};

// Of a User-Agent (RFC 9110 §10.1.5): Firefox, on Windows. Both are empty where either is not known.
BrowserName browser_name(std::string_view user_agent);

}  // namespace uzmfa
