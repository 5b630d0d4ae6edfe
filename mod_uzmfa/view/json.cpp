// SPDX-License-Identifier: Apache-2.0
#include "view/json.hpp"

#include <cstdlib>
#include <stdexcept>

namespace uzmfa {

JsonObject& JsonObject::add(const char* name, Json value) {
    if (!value || json_object_set_new(json_.get(), name, value.release()) != 0) throw std::bad_alloc{};
    return *this;
}

JsonObject& JsonObject::add(const char* name, std::string_view text) {
    Json value{text.empty() ? nullptr : json_stringn(text.data(), text.size())};
    return add(name, value ? std::move(value) : Json{json_null()});
}

JsonObject& JsonObject::add(const char* name, bool truth) { return add(name, Json{json_boolean(truth)}); }

JsonObject& JsonObject::add(const char* name, std::int64_t number) { return add(name, Json{json_integer(number)}); }

JsonObject& JsonObject::add(const char* name, std::optional<Moment> moment) {
    return moment ? add(name, unix_time(*moment)) : add(name, Json{json_null()});
}

Json json_array_of(std::vector<Json> items) {
    Json array{json_array()};
    for (auto& item : items) {
        if (json_array_append_new(array.get(), item.release()) != 0) throw std::bad_alloc{};
    }
    return array;
}

Json json_array_of(const std::vector<std::string>& texts) {
    std::vector<Json> items;
    for (const auto& text : texts) {
        Json item{json_stringn(text.data(), text.size())};
        items.push_back(item ? std::move(item) : Json{json_null()});
    }
    return json_array_of(std::move(items));
}

std::string text_of(const Json& json, std::size_t indented) {
    const std::unique_ptr<char, decltype(&std::free)> text{
        json_dumps(json.get(), indented ? JSON_INDENT(indented) : JSON_COMPACT), std::free};
    if (!text) throw std::bad_alloc{};
    return text.get();
}

}  // namespace uzmfa
