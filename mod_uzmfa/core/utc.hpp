// SPDX-License-Identifier: Apache-2.0
// Moments as people and programs read them, in UTC.
#pragma once

#include "core/moment.hpp"

#include <string>

namespace uzmfa {

std::string utc(Moment moment);       // 2026-05-01 12:34:56 UTC
std::string iso_8601(Moment moment);  // 2026-05-01T12:34:56Z

}  // namespace uzmfa
