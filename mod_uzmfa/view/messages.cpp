// SPDX-License-Identifier: Apache-2.0
#include "view/messages.hpp"

#include <jansson.h>

#include <algorithm>
#include <memory>

namespace uzmfa {
namespace {

struct ReleaseJson {
    void operator()(json_t* value) const { json_decref(value); }
};

}  // namespace

Result<Messages> Messages::parse(std::string_view json) {
    json_error_t error;
    const std::unique_ptr<json_t, ReleaseJson> root{
        json_loadb(json.data(), json.size(), JSON_REJECT_DUPLICATES, &error)};
    if (!root) return Error{ErrorKind::misconfigured, "line " + std::to_string(error.line) + ": " + error.text};
    if (!json_is_object(root.get())) return Error{ErrorKind::misconfigured, "is not a JSON object"};
    Messages messages;
    const char* key = nullptr;
    json_t* value = nullptr;
    json_object_foreach(root.get(), key, value) {
        if (!json_is_string(value)) return Error{ErrorKind::misconfigured, std::string{key} + " is not a text"};
        messages.texts_.emplace(key, std::string{json_string_value(value), json_string_length(value)});
    }
    return messages;
}

std::string_view Messages::operator[](std::string_view key) const {
    const auto found = texts_.find(key);
    return found == texts_.end() ? key : std::string_view{found->second};
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
