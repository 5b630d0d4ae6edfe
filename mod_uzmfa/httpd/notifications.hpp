// SPDX-License-Identifier: Apache-2.0
// UzmfaNotify: what is to be told of events, away from any request.
#pragma once

#include "core/result.hpp"
#include "httpd/background.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace uzmfa {

// The words of the command; what cannot be run is a misconfiguration.
Result<std::vector<std::string>> notify_command(std::string_view command);

extern const Chore notifications;

}  // namespace uzmfa
