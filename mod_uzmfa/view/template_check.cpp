// SPDX-License-Identifier: Apache-2.0
#include "view/template_check.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

std::string_view without(std::string_view text, std::string_view marks) {
    const auto first = std::min(text.find_first_not_of(marks), text.size());
    text.remove_prefix(first);
    return text.substr(0, text.find_last_not_of(marks) + 1);
}

bool is_known(std::string_view tag, const Messages& messages, bool (*is_part)(std::string_view)) {
    constexpr std::string_view text = "t.";
    if (tag.starts_with('>')) return is_part(without(tag, "> \t"));
    const auto name = without(tag, "#^/&{} \t");
    return !name.starts_with(text) || messages.has(name.substr(text.size()));
}

}  // namespace

std::string_view unknown_tag_in(std::string_view html, const Messages& messages, bool (*is_part)(std::string_view)) {
    for (auto open = html.find("{{"); open != html.npos; open = html.find("{{")) {
        html.remove_prefix(open + 2);
        const auto tag = without(html.substr(0, html.find("}}")), " \t\r\n");
        if (!is_known(tag, messages, is_part)) return tag;
    }
    return {};
}

}  // namespace uzmfa
