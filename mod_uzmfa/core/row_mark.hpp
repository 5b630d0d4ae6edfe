// SPDX-License-Identifier: Apache-2.0
// What a session remembers of its user's row: where the row says otherwise by now, the session is over.
#pragma once

#include "core/uuid.hpp"

#include <array>
#include <cstdint>

namespace uzmfa {

using PasswordMark = std::array<std::uint8_t, 8>;  // a short digest of the password column

struct RowMark {
    Uuid uuid{};
    PasswordMark password{};
    std::uint32_t epoch = 0;       // of the user's sessions: all of an earlier one were ended
    std::uint32_t site_epoch = 0;  // of everybody's

    bool operator==(const RowMark&) const = default;
};

// The row as the database has it now, and whether the session asked about was revoked.
struct RowState {
    RowMark mark;
    bool allowed = false;   // access_enabled
    bool enrolled = false;  // mfa_enrolled
    bool revoked = false;
};

}  // namespace uzmfa
