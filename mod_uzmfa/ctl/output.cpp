// SPDX-License-Identifier: Apache-2.0
#include "ctl/output.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace uzmfa {
namespace {

// As a terminal shows them: one a character.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

using Text = std::unique_ptr<char, decltype(&std::free)>;

Text text_of(const Json& json) {
    Text text{json_dumps(json.get(), JSON_INDENT(2)), std::free};
    if (!text) throw std::bad_alloc{};
    return text;
}

}  // namespace

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

void print(const Json& json) { std::puts(text_of(json).get()); }

void JsonArrayPrinter::add(const Json& item) {
    std::printf("%s\n%s", is_empty_ ? "[" : ",", text_of(item).get());
    is_empty_ = false;
}

void JsonArrayPrinter::end() { std::puts(is_empty_ ? "[]" : "\n]"); }

void TablePrinter::print(const Rows& rows) {
    for (const auto& row : rows) {
        widths_.resize(std::max(widths_.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], width_of(row[i]));
    }
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) line.append(widths_[i] - width_of(row[i]) + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        std::puts(line.c_str());
    }
}

}  // namespace uzmfa
