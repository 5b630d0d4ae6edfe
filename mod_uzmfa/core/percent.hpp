// SPDX-License-Identifier: Apache-2.0
// Percent-encoding (RFC 3986 §2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace uzmfa {

enum class Plus { literal, space };  // in a form "+" is a space

// Nothing where an escape is broken.
std::optional<std::string> percent_decode(std::string_view text, Plus plus);

// The same address without the escapes that it does not need (RFC 3986 §6.2.2.2).
std::string decode_unreserved(std::string_view text);

// Encodes all but unreserved characters and those of `kept`.
std::string percent_encode(std::string_view text, std::string_view kept = {});

}  // namespace uzmfa
