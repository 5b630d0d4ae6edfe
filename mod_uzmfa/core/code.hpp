// SPDX-License-Identifier: Apache-2.0
// A one-time code as a person types it, and what its check leads to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace uzmfa {

// "123 456", "123-456" and full-width digits as plain digits; nothing where anything else is in it
// or the number of digits is not `digits`.
std::optional<std::string> normalized_code(std::string_view typed, std::size_t digits);

enum class Verdict : std::uint8_t {
    accepted,
    wrong,
    replayed,       // right, but this step or a later one was accepted before (RFC 6238 §5.2)
    secret_spent,   // at enrollment: too many wrong codes, a new secret is due
    expired,        // at enrollment: the pending secret is gone or too old
};

}  // namespace uzmfa
