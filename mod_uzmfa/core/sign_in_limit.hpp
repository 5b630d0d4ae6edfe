// SPDX-License-Identifier: Apache-2.0
// How often a password may be guessed.
#pragma once

#include "core/result.hpp"

#include <optional>
#include <string_view>

namespace uzmfa {

// Counts failed sign-ins by account name and client address, together: who guesses elsewhere keeps nobody out. Names
// that nobody has are counted alike.
class SignInLimit {
public:
    virtual ~SignInLimit() = default;

    // Counts a sign-in as failed before its password is looked at. Where there were too many nothing is counted: the
    // time until the next one may be.
    virtual Result<std::optional<seconds>> charge(std::string_view name, std::string_view address) = 0;
    // Takes one back whose password nobody could look at.
    virtual Result<Done> give_back(std::string_view name, std::string_view address) = 0;
    // Forgets the failures: the password was right.
    virtual Result<Done> clear(std::string_view name, std::string_view address) = 0;
};

}  // namespace uzmfa
