// SPDX-License-Identifier: Apache-2.0
// The beginning of a time as an administrator writes it.
#pragma once

#include "core/moment.hpp"

#include <optional>
#include <string_view>

namespace uzmfa {

// "30min", "24h", "7d" before now; "2026-01-31", the beginning of that day in UTC. Nothing where it is neither.
std::optional<Moment> moment_of_since(std::string_view text, Moment now);

}  // namespace uzmfa
