// SPDX-License-Identifier: Apache-2.0
// Twilio's error codes: they decide, not the HTTP status, which is 429 for a lock-out as well as for "slow down".
// Source: https://www.twilio.com/docs/api/errors.
#pragma once

#include "core/moment.hpp"

#include <cstdint>

namespace uzmfa::twilio {

enum class Meaning : std::uint8_t {
    wrong_code,
    wait,           // a lock-out of this factor or user, for a time
    gone,           // no such factor, or one that cannot be verified any more
    spent,          // too many wrong codes for this pending factor
    full,           // the user has as many factors as Twilio keeps
    same_secret,    // the user has a factor with this secret
    busy,           // not processed, safe to repeat
    unavailable,
    misconfigured,  // credentials, permissions, settings, or a request that Twilio does not understand
};

struct ErrorRow {
    int code;
    Meaning meaning;
    seconds wait{};  // where Twilio does not say how long
};

// `code` is 0 where the answer has none.
ErrorRow meaning_of(int code, int http_status);

}  // namespace uzmfa::twilio
