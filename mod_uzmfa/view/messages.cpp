// SPDX-License-Identifier: Apache-2.0
#include "view/messages.hpp"

#include "view/json.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

constexpr std::pair<std::string_view, std::string_view> forms[] = {{"1", "_one"}, {"0", "_none"}};

bool is_of_name(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

}  // namespace

Result<Messages> Messages::parse(std::string_view json) {
    json_error_t error;
    const Json root{
        json_loadb(json.data(), json.size(), JSON_REJECT_DUPLICATES, &error)};
    if (!root) return misconfigured("line " + std::to_string(error.line) + ": " + error.text);
    if (!json_is_object(root.get())) return misconfigured("is not a JSON object");
    Messages messages;
    const char* key = nullptr;
    json_t* value = nullptr;
    json_object_foreach(root.get(), key, value) {
        if (!json_is_string(value)) return misconfigured(std::string{key} + " is not a text");
        messages.texts_.emplace(key, std::string{json_string_value(value), json_string_length(value)});
    }
    return messages;
}

std::string_view Messages::operator[](std::string_view key) const {
    const auto found = texts_.find(key);
    return found == texts_.end() ? key : std::string_view{found->second};
}

void Messages::fill_up(const Messages& others) {
    // Backwards: a text comes behind its forms then.
    for (auto other = others.texts_.rbegin(); other != others.texts_.rend(); ++other) {
        if (!has(without_number(other->first))) texts_.insert(*other);
    }
}

std::string_view Messages::without_number(std::string_view key) {
    for (const auto& [number, ending] : forms) {
        if (key.ends_with(ending)) return key.substr(0, key.size() - ending.size());
    }
    return key;
}

std::vector<std::string_view> Messages::names_in(std::string_view text) {
    std::vector<std::string_view> names;
    for (auto open = text.find('{'); open != text.npos; open = text.find('{')) {
        text.remove_prefix(open + 1);
        const auto end = std::ranges::find_if_not(text, is_of_name);
        const auto name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
        if (!name.empty() && end != text.end() && *end == '}') names.push_back(name);
    }
    return names;
}

std::string Messages::said(std::string_view key, const Values& values) const {
    const auto text = (*this)[key];
    const auto names = names_in(text);
    const auto value = names.empty() ? values.end() : values.find(names.front());
    if (value == values.end()) return filled(text, values);
    for (const auto& [number, ending] : forms) {
        const auto form = texts_.find(std::string{key}.append(ending));
        if (value->second == number && form != texts_.end()) return filled(form->second, values);
    }
    return filled(text, values);
}

std::string Messages::filled(std::string_view text, const Values& values) {
    std::string out;
    while (!text.empty()) {
        const auto open = std::min(text.find('{'), text.size());
        out.append(text.substr(0, open));
        text.remove_prefix(open);
        const auto close = text.find('}');
        if (close == text.npos) break;
        const auto value = values.find(text.substr(1, close - 1));
        if (value == values.end()) {
            out.push_back('{');
            text.remove_prefix(1);
        } else {
            out.append(value->second);
            text.remove_prefix(close + 1);
        }
    }
    return out.append(text);
}

}  // namespace uzmfa
