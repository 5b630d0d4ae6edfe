// SPDX-License-Identifier: Apache-2.0
#include "view/action_body.hpp"

#include "view/json.hpp"

#include <limits>

namespace uzmfa {
namespace {

constexpr int out_of_bounds = -1;

int bounded(json_int_t number) {
    return number >= 0 && number <= std::numeric_limits<int>::max() ? static_cast<int>(number) : out_of_bounds;
}

}  // namespace

std::optional<ActionBody> read_action_body(std::string_view json) {
    const Json object{json_loadb(json.data(), json.size(), JSON_REJECT_DUPLICATES, nullptr)};
    if (!json_is_object(object.get())) return std::nullopt;
    ActionBody body;
    const json_t* const hours = json_object_get(object.get(), "hours");
    if (json_object_size(object.get()) != (hours ? 1 : 0)) return std::nullopt;
    if (hours && !json_is_integer(hours)) return std::nullopt;
    if (hours) body.hours = bounded(json_integer_value(hours));
    return body;
}

}  // namespace uzmfa
