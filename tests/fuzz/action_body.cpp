// SPDX-License-Identifier: Apache-2.0
// The JSON that a program sends to the API.
#include "view/action_body.hpp"
#include "fuzz.hpp"

#include <string>

using namespace uzmfa;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto body = read_action_body(text);
    if (!body) return 0;
    // Nothing but the documented objects, however they are spelled.
    require(text.find('{') != text.npos && text.find('}') != text.npos);
    require(body->hours.has_value() == (text.find('"') != text.npos));
    if (!body->hours) return 0;
    require(*body->hours >= -1);
    if (*body->hours < 0) return 0;
    const auto again = read_action_body("{\"hours\":" + std::to_string(*body->hours) + "}");
    require(again && again->hours == body->hours);
    return 0;
}
