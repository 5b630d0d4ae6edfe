// SPDX-License-Identifier: Apache-2.0
// JSON by Jansson, as objects and arrays that are built.
#pragma once

#include "core/moment.hpp"

#include <jansson.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace uzmfa {

struct ReleaseJson {
    void operator()(json_t* json) const { json_decref(json); }
};
using Json = std::unique_ptr<json_t, ReleaseJson>;

class JsonObject {
public:
    JsonObject() = default;
    explicit JsonObject(Json object) : json_{std::move(object)} {}  // goes on with that one
    JsonObject& add(const char* name, std::string_view text);  // empty, or not UTF-8: null
    JsonObject& add(const char* name, const char* text) { return add(name, std::string_view{text}); }
    JsonObject& add(const char* name, bool truth);
    JsonObject& add(const char* name, std::int64_t number);
    JsonObject& add(const char* name, std::optional<Moment> moment);  // Unix time
    JsonObject& add(const char* name, Json value);
    Json take() { return std::move(json_); }

private:
    Json json_{json_object()};
};

Json json_array_of(std::vector<Json> items);
Json json_array_of(const std::vector<std::string>& texts);  // not UTF-8: null

// Indented where people read it.
std::string text_of(const Json& json, std::size_t indented = 0);

}  // namespace uzmfa
