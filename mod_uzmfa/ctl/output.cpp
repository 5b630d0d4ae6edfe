// SPDX-License-Identifier: Apache-2.0
#include "ctl/output.hpp"

#include "core/form.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <stdexcept>

namespace uzmfa {
namespace {

// As a terminal shows them: one a character.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
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

void print(const Json& json) {
    const std::unique_ptr<char, decltype(&std::free)> text{json_dumps(json.get(), JSON_INDENT(2)), std::free};
    if (!text) throw std::bad_alloc{};
    std::puts(text.get());
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
    }
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) line.append(widths[i] - width_of(row[i]) + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        std::puts(line.c_str());
    }
}

std::string printable(std::string_view text) {
    std::string out{text};
    const bool is_text = is_utf8(text);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto byte = static_cast<unsigned char>(out[i]);
        const bool is_c1 = byte == 0xc2 && i + 1 < out.size() && static_cast<unsigned char>(out[i + 1]) < 0xa0;
        if (is_c1 && is_text) out.replace(i, 2, "?");
        else if (byte < ' ' || byte == 0x7f || (byte >= 0x80 && !is_text)) out[i] = '?';
    }
    return out;
}

std::string utc(Moment moment) {
    const auto time = static_cast<std::time_t>(unix_time(moment));
    std::tm parts{};
    char text[40] = "";
    if (gmtime_r(&time, &parts)) std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
    return text;
}

}  // namespace uzmfa
