// SPDX-License-Identifier: Apache-2.0
#include "view/template_check.hpp"

#include "core/text.hpp"

#include <set>
#include <vector>

namespace uzmfa {
namespace {

// What stands between each pair of braces.
std::vector<std::string_view> tags_in(std::string_view html) {
    std::vector<std::string_view> tags;
    for (auto open = html.find("{{"); open != html.npos; open = html.find("{{")) {
        html.remove_prefix(open + 2);
        tags.push_back(trimmed(html.substr(0, html.find("}}")), " \t\r\n"));
    }
    return tags;
}

bool asks_for_part(std::string_view tag) { return tag.starts_with('>'); }

std::string_view part_of(std::string_view tag) { return trimmed(tag, "> \t"); }

bool is_known(std::string_view tag, const Messages& messages, bool (*is_part)(std::string_view)) {
    constexpr std::string_view text = "t.";
    if (asks_for_part(tag)) return is_part(part_of(tag));
    // Other braces would hide what stands between them.
    if (tag.starts_with('=')) return false;
    const auto name = trimmed(tag, "#^/&{} \t");
    return !name.starts_with(text) || messages.has(name.substr(text.size()));
}

void add_parts(std::string_view html, const Templates& templates, std::set<std::string_view>& parts) {
    for (const auto tag : tags_in(html)) {
        if (!asks_for_part(tag) || !parts.insert(part_of(tag)).second) continue;
        if (const auto found = templates.find(part_of(tag)); found != templates.end()) add_parts(found->second, templates, parts);
    }
}

}  // namespace

std::string_view unknown_tag_in(std::string_view html, const Messages& messages, bool (*is_part)(std::string_view)) {
    for (const auto tag : tags_in(html)) {
        if (!is_known(tag, messages, is_part)) return tag;
    }
    return {};
}

bool holds_itself(std::string_view part, const Templates& templates) {
    std::set<std::string_view> parts;
    const auto found = templates.find(part);
    if (found != templates.end()) add_parts(found->second, templates, parts);
    return parts.contains(part);
}

}  // namespace uzmfa
