// SPDX-License-Identifier: Apache-2.0
// What happened to an account, for its user. Implemented by store/. Errors are those of the database.
#pragma once

#include "core/result.hpp"
#include "core/session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace uzmfa {

// What a user ought to know of: a code that was not right, another way in, a help of an administrator.
struct AccountEvent {
    Moment at{};
    std::string name;     // of the event
    std::string address;  // empty where it was an administrator's doing, as the next
    std::string browser;
};

class AccountEvents {
public:
    virtual ~AccountEvents() = default;

    // The latest few, the newest first.
    virtual Result<std::vector<AccountEvent>> latest(std::string_view uuid) = 0;
    // Those since the user last typed a right code of the app, but for those of this session.
    virtual Result<std::vector<AccountEvent>> unseen(std::string_view uuid, const SessionId& session) = 0;
};

}  // namespace uzmfa
