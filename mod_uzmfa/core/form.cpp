// SPDX-License-Identifier: Apache-2.0
#include "core/form.hpp"

#include "core/percent.hpp"

#include <algorithm>
#include <cstdint>

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
        const auto end = std::min(encoded.find('&'), encoded.size());
        const auto pair = encoded.substr(0, end);
        encoded.remove_prefix(std::min(end + 1, encoded.size()));
        if (pair.empty()) continue;
        const auto equals = std::min(pair.find('='), pair.size());
        auto name = unescape(pair.substr(0, equals));
        auto value = unescape(pair.substr(std::min(equals + 1, pair.size())));
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

// RFC 3629 §4: shortest forms only, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        std::size_t length = 0;
        std::uint32_t point = 0;
        std::uint32_t least = 0;
        if (lead < 0x80) {
            ++i;
            continue;
        } else if (lead >> 5 == 6) {
            length = 2, point = lead & 0x1fu, least = 0x80;
        } else if (lead >> 4 == 14) {
            length = 3, point = lead & 0x0fu, least = 0x800;
        } else if (lead >> 3 == 30) {
            length = 4, point = lead & 0x07u, least = 0x10000;
        } else {
            return false;
        }
        if (text.size() - i < length) return false;
        for (std::size_t k = 1; k < length; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if (next >> 6 != 2) return false;
            point = point << 6 | (next & 0x3fu);
        }
        if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
        i += length;
    }
    return true;
}

}  // namespace uzmfa
