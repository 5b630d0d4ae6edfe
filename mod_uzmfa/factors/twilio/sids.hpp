// SPDX-License-Identifier: Apache-2.0
// Twilio's identifiers: two letters for the kind and 32 hex digits. An empty or ill-formed one never becomes part of
// an address: "…/Factors/" without one would make a factor instead of asking one.
#pragma once

#include "core/text.hpp"

#include <algorithm>
#include <string_view>

namespace uzmfa::twilio {

enum class Kind { account, api_key, service, factor };

constexpr std::string_view prefix_of(Kind kind) {
    switch (kind) {
        case Kind::account: return "AC";
        case Kind::api_key: return "SK";
        case Kind::service: return "VA";
        case Kind::factor: return "YF";
    }
    return {};
}

constexpr bool is_sid(Kind kind, std::string_view text) {
    return text.size() == 34 && text.starts_with(prefix_of(kind)) && std::all_of(text.begin() + 2, text.end(), is_hex_digit);
}

// What names a user to Twilio: the uuid, in lower case.
constexpr bool is_identity(std::string_view text) {
    return text.size() >= 8 && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-';
           });
}

}  // namespace uzmfa::twilio
