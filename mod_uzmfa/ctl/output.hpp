// SPDX-License-Identifier: Apache-2.0
// What the tool prints, for people and as JSON.
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
void print(const Json& json);

// Columns as wide as they need be; the first row is the head.
void print_table(const std::vector<std::vector<std::string>>& rows);

// What comes from the database, fit for a terminal: control characters and what is not UTF-8 become '?'.
std::string printable(std::string_view text);

std::string utc(Moment moment);  // 2026-05-01 12:34:56 UTC

}  // namespace uzmfa
