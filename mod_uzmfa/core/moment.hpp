// SPDX-License-Identifier: Apache-2.0
// Time as the core sees it: an argument, never a clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace uzmfa {

using std::chrono::seconds;
using Moment = std::chrono::sys_seconds;  // Unix time in whole seconds, 64 bits

constexpr std::int64_t unix_time(Moment moment) { return moment.time_since_epoch().count(); }
constexpr Moment from_unix_time(std::int64_t value) { return Moment{seconds{value}}; }

}  // namespace uzmfa
