// SPDX-License-Identifier: Apache-2.0
// A one-time code as a person types it, and what its check leads to.
#pragma once

#include "core/moment.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace uzmfa {

// "123 456", "123-456" and full-width digits as plain digits; nothing where anything else is in it
// or the number of digits is not `digits`.
std::optional<std::string> normalized_code(std::string_view typed, std::size_t digits);

enum class Verdict : std::uint8_t {
    accepted,
    wrong,
    replayed,      // right, but this step or a later one was accepted before (RFC 6238 §5.2)
    wait,          // not looked at: too many codes of this account were
    factor_gone,   // the provider has lost the factor: the account is not enrolled any more
    secret_spent,  // at enrollment: too many wrong codes, a new secret is due
    expired,       // at enrollment: the pending secret is gone or too old
};

// What a look at a code came to. Nothing is spent or bound by it.
struct Check {
    Verdict verdict;
    seconds wait{};                      // of Verdict::wait: until the next code is looked at
    std::string sid{};                   // of Verdict::accepted: the factor
    std::int64_t step = 0;               // and the time step where it is known,
    std::vector<std::string> digests{};  // else the code's digests, one under each key
    std::string detail{};                // why, for the log only
};

}  // namespace uzmfa
