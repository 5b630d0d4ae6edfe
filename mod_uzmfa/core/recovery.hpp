// SPDX-License-Identifier: Apache-2.0
// Ways in without the authenticator app. Implemented by store/. Codes are normalised texts, as they are shown but
// without dashes; a store keeps digests of them. Errors are those of the database.
#pragma once

#include "core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace uzmfa {

// A code as it was typed, normalised.
struct OneTimeCode {
    enum class Kind : std::uint8_t { recovery, temporary } kind = Kind::recovery;
    std::string text{};
};

class RecoveryCodes {
public:
    virtual ~RecoveryCodes() = default;

    // The user's codes are these from now on: all others end, at the same moment.
    virtual Result<Done> replace(std::string_view uuid, const std::vector<std::string>& codes) = 0;
    // How many are left where the code was right; each is right once, for one caller.
    virtual Result<std::optional<std::size_t>> spend(std::string_view uuid, std::string_view code) = 0;
    virtual Result<std::size_t> left(std::string_view uuid) = 0;
};

// What the help desk gives a user to get in once; a user has one at most.
class TemporaryCodes {
public:
    virtual ~TemporaryCodes() = default;

    // Takes the place of an earlier one. `made_by` is the administrator, at most 255 bytes.
    virtual Result<Done> put(std::string_view uuid, std::string_view code, seconds lifetime, std::string_view made_by) = 0;
    // True for one caller only, before the end of its life.
    virtual Result<bool> spend(std::string_view uuid, std::string_view code) = 0;
};

}  // namespace uzmfa
