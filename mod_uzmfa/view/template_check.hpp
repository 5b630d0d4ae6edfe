// SPDX-License-Identifier: Apache-2.0
// What a template asks for and is not there, or would have no end.
#pragma once

#include "view/messages.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace uzmfa {

using Templates = std::map<std::string, std::string, std::less<>>;  // their texts by their names

// A tag such as `t.greeting` or `> part_foot`, as it stands between its braces; empty where all is there.
std::string_view unknown_tag_in(std::string_view html, const Messages& messages, bool (*is_part)(std::string_view));

// Whether the part asks for itself, or for another that does.
bool holds_itself(std::string_view part, const Templates& templates);

}  // namespace uzmfa
