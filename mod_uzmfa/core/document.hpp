// SPDX-License-Identifier: Apache-2.0
// What the API answers, before it is JSON (view/document_json).
#pragma once

#include "core/administration.hpp"

#include <optional>
#include <string>
#include <variant>

namespace uzmfa {

struct SessionDocument {
    std::string user;
    Method method = Method::none;
    std::optional<Moment> verified_at{};  // nothing where no code was asked for
    std::string csrf;                     // for X-Uzmfa-Csrf
};

struct UserDocument {
    AccountDetails details;
    std::string temporary_code{};  // of the answer that makes it
};

struct UsersDocument {
    AccountSearch users;
};

using Document = std::variant<SessionDocument, UserDocument, UsersDocument>;

}  // namespace uzmfa
