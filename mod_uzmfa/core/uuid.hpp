// SPDX-License-Identifier: Apache-2.0
// The uuid of a user's row (RFC 9562 §4), by which the module's own rows are keyed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace uzmfa {

using Uuid = std::array<std::uint8_t, 16>;  // all zero: none

// Of 36 characters, hex digits of either case, not all zero; nothing where it is anything else.
std::optional<Uuid> uuid_of(std::string_view text);
std::string text_of(const Uuid& uuid);  // lower case; empty for none

}  // namespace uzmfa
