// SPDX-License-Identifier: Apache-2.0
// What the table of events has for a user to know.
#pragma once

#include "core/account_events.hpp"
#include "store/database.hpp"

namespace uzmfa {

class AccountEventStore final : public AccountEvents {
public:
    explicit AccountEventStore(Database& database) : database_{database} {}

    Result<std::vector<AccountEvent>> latest(std::string_view uuid) override;
    Result<std::vector<AccountEvent>> unseen(std::string_view uuid, const SessionId& session) override;

private:
    Database& database_;
};

}  // namespace uzmfa
