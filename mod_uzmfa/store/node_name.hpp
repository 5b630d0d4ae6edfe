// SPDX-License-Identifier: Apache-2.0
// What this machine is called in the log and in the table of events.
#pragma once

#include <string>

namespace uzmfa {

std::string node_name();  // at most 64 bytes

}  // namespace uzmfa
