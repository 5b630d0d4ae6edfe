// SPDX-License-Identifier: Apache-2.0
// One password check's place among those that the node makes at a time.
#pragma once

#include "core/password_slots.hpp"

namespace uzmfa {

// Waits for a slot, a few seconds at most; gives it back at its end.
class PasswordTurn {
public:
    explicit PasswordTurn(PasswordSlots& slots);
    ~PasswordTurn();
    PasswordTurn(const PasswordTurn&) = delete;
    PasswordTurn& operator=(const PasswordTurn&) = delete;

    // False where it waited in vain.
    explicit operator bool() const { return turn_.has_value(); }

private:
    PasswordSlots& slots_;
    std::optional<PasswordSlots::Turn> turn_;
};

}  // namespace uzmfa
