// SPDX-License-Identifier: Apache-2.0
// The local validator's factors and pending enrollments.
#pragma once

#include "factors/totp/totp_factors.hpp"
#include "store/database.hpp"

namespace uzmfa {

class TotpFactorStore final : public totp::Factors {
public:
    explicit TotpFactorStore(Database& database) : database_{database} {}

    Result<std::optional<totp::BoundFactor>> find(const Account& account) override;
    Result<bool> spend(const Account& account, totp::TimeStep step) override;
    Result<std::optional<totp::PendingFactor>> find_pending(const Account& account, const SessionId& session) override;
    Result<Done> put_pending(const Account& account, const SessionId& session, const totp::StoredSecret& fresh,
                             std::string_view spent_sid) override;
    Result<bool> charge(const SessionId& session, std::string_view sid) override;
    Result<bool> bind(const Account& account, const SessionId& session, const totp::StoredSecret& secret,
                      totp::TimeStep step, std::string_view address) override;

private:
    Database& database_;
};

}  // namespace uzmfa
