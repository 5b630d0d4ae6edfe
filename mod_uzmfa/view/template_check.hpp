// SPDX-License-Identifier: Apache-2.0
// What a template asks for and is not there.
#pragma once

#include "view/messages.hpp"

#include <string_view>

namespace uzmfa {

// A tag such as `t.greeting` or `> part_foot`, as it stands between its braces; empty where all is there.
std::string_view unknown_tag_in(std::string_view html, const Messages& messages, bool (*is_part)(std::string_view));

}  // namespace uzmfa
