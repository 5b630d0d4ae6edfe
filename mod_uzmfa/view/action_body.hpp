// SPDX-License-Identifier: Apache-2.0
// What a program sends to have something done: `{}` or `{"hours":24}`.
#pragma once

#include "core/visit.hpp"

#include <optional>
#include <string_view>

namespace uzmfa {

// Nothing where it is not JSON, not such an object, or holds anything else.
std::optional<ActionBody> read_action_body(std::string_view json);

}  // namespace uzmfa
