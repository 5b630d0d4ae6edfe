// SPDX-License-Identifier: Apache-2.0
#include "core/utc.hpp"

#include <ctime>

namespace uzmfa {
namespace {

std::tm parts_of(Moment moment) {
    const auto time = static_cast<std::time_t>(unix_time(moment));
    std::tm parts{};
    gmtime_r(&time, &parts);
    return parts;
}

}  // namespace

std::string utc(Moment moment) {
    const auto parts = parts_of(moment);
    char text[40] = "";
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
    return text;
}

std::string iso_8601(Moment moment) {
    const auto parts = parts_of(moment);
    char text[40] = "";
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

}  // namespace uzmfa
