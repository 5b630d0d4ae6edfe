// SPDX-License-Identifier: Apache-2.0
#include "core/form.hpp"

#include "core/percent.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

constexpr std::size_t most_fields = 32;

std::optional<std::string> unescape(std::string_view text) {
    auto out = percent_decode(text, Plus::space);
    if (!out || out->find('\0') != out->npos || !is_utf8(*out)) return std::nullopt;
    return out;
}

}  // namespace

std::optional<Form> Form::parse(std::string_view encoded) {
    Form form;
    while (!encoded.empty()) {
        auto pair = take_until('&', encoded);
        if (pair.empty()) continue;
        auto name = unescape(take_until('=', pair));
        auto value = unescape(pair);
        if (!name || !value || form.fields_.size() == most_fields) return std::nullopt;
        if (!form.fields_.emplace(std::move(*name), std::move(*value)).second) return std::nullopt;
    }
    return form;
}

std::string_view Form::operator[](std::string_view name) const {
    const auto field = fields_.find(name);
    return field == fields_.end() ? std::string_view{} : std::string_view{field->second};
}

bool Form::overlaps(const Form& other) const {
    return std::any_of(fields_.begin(), fields_.end(), [&](const auto& field) { return other.has(field.first); });
}

}  // namespace uzmfa
