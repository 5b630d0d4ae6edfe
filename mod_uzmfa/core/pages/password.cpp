// SPDX-License-Identifier: Apache-2.0
#include "core/pages/password.hpp"

namespace uzmfa {

Result<PasswordCheck> check_password(Call& call, std::string_view name) {
    using Answer = PasswordCheck::Answer;
    auto& limit = call.services.sign_in_limit;
    const auto address = call.request.visit.address;
    auto wait = limit.charge(name, address);
    if (!wait) return wait.error();
    if (*wait) return PasswordCheck{Answer::wait, **wait};
    auto right = call.services.passwords.are_right(name, call.field("password"));
    if (!right) {
        auto given_back = limit.give_back(name, address);
        return given_back ? right.error() : given_back.error();
    }
    if (!*right) return PasswordCheck{Answer::wrong};
    if (auto cleared = limit.clear(name, address); !cleared) return cleared.error();
    return PasswordCheck{Answer::right};
}

}  // namespace uzmfa
