// SPDX-License-Identifier: Apache-2.0
// The deletions that are owed to the provider are made in the background.
#pragma once

#include "httpd/background.hpp"

namespace uzmfa {

extern const Chore owed_deletions;

}  // namespace uzmfa
