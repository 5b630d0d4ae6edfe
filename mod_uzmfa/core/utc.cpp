// SPDX-License-Identifier: Apache-2.0
#include "core/utc.hpp"

#include <ctime>

namespace uzmfa {
namespace {

std::string formatted(Moment moment, const char* format) {
    const auto time = static_cast<std::time_t>(unix_time(moment));
    std::tm parts{};
    gmtime_r(&time, &parts);
    char text[40] = "";
    const auto length = std::strftime(text, sizeof text, format, &parts);
    return {text, length};
}

}  // namespace

std::string utc(Moment moment) { return formatted(moment, "%Y-%m-%d %H:%M:%S UTC"); }

std::string iso_8601(Moment moment) { return formatted(moment, "%Y-%m-%dT%H:%M:%SZ"); }

}  // namespace uzmfa
