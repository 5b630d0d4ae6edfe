// SPDX-License-Identifier: Apache-2.0
// How many wrong codes a user may try in a row. Implemented by store/.
#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace uzmfa {

// What wrong codes are counted for, each on its own (R29).
enum class AttemptKind : std::uint8_t {
    code,      // of the second factor
    recovery,  // recovery codes and temporary codes
};

// UzmfaLockout: each further failure doubles the wait, up to the longest.
struct Lockout {
    seconds first{30};
    seconds longest{60 * 60};
};

struct AttemptLimits {
    int limit = 5;    // UzmfaFailureLimit: so many in a row are looked at without a wait; 1 at least
    Lockout wait{};   // behind the last of them
    int cap = 100;    // UzmfaFailureCap: behind so many in a row none is looked at any more
};

// What became of one attempt.
struct Charge {
    enum class Answer : std::uint8_t { granted, wait, closed } answer = Answer::closed;
    seconds wait{};    // from now on; at least a second where the answer is wait, else zero
    int failures = 0;  // in a row, this one included where it was granted
    std::string era{};  // of the count, which a right code ends: what is taken back later is not another's
};

// All of these fail with ErrorKind::unavailable where the database does not serve; then no code may be looked at.
class Attempts {
public:
    virtual ~Attempts() = default;

    // Counts an attempt as failed before it is looked at. granted: look at it. wait: not counted, and not to be looked
    // at for so long. closed: the cap is reached, only a reset or a new factor helps. Outside of a transaction: what
    // is taken back there would not have been counted.
    virtual Result<Charge> charge(std::string_view uuid, AttemptKind kind) = 0;
    // The granted attempt was not looked at after all (the provider is away): takes it back.
    virtual Result<Done> refund(std::string_view uuid, AttemptKind kind, const Charge& charge) = 0;
    // A right code: the count begins anew.
    virtual Result<Done> clear(std::string_view uuid, AttemptKind kind) = 0;
    // Whether the cap is reached.
    virtual Result<bool> is_closed(std::string_view uuid, AttemptKind kind) = 0;
};

}  // namespace uzmfa
