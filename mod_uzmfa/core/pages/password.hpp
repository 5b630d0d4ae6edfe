// SPDX-License-Identifier: Apache-2.0
// A password in a form, looked at as often as UzmfaSignInLimit lets it be.
#pragma once

#include "core/pages/call.hpp"

namespace uzmfa {

struct PasswordCheck {
    enum class Answer : std::uint8_t { right, wrong, wait } answer = Answer::wrong;
    seconds wait{};
};

// The form's field `password`, of the user of that name.
Result<PasswordCheck> check_password(Call& call, std::string_view name);

}  // namespace uzmfa
