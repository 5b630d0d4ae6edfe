// SPDX-License-Identifier: Apache-2.0
// The factors and pending enrollments of either validator.
#pragma once

#include "core/administration.hpp"
#include "factors/factors.hpp"
#include "store/database.hpp"

namespace uzmfa {

class FactorStore final : public Factors {
public:
    explicit FactorStore(Database& database) : database_{database} {}

    Result<std::optional<BoundFactor>> find(const Account& account) override;
    // When and from where that factor was bound.
    Result<std::optional<Binding>> find_binding(const Account& account);
    Result<bool> spend(const Account& account, TimeStep step) override;
    Result<bool> spend_code(const Account& account, std::span<const std::string> digests) override;
    Result<std::optional<PendingFactor>> find_pending(const Account& account, const SessionId& session) override;
    Result<bool> put_pending(const Account& account, const SessionId& session, const StoredSecret& fresh,
                             std::string_view spent_sid) override;
    Result<bool> charge(const SessionId& session, std::string_view sid) override;
    Result<Done> uncharge(const SessionId& session, std::string_view sid) override;
    Result<Done> retire(const SessionId& session, std::string_view sid) override;
    Result<bool> bind(const Account& account, const SessionId& session, const StoredSecret& secret,
                      TimeStep step, std::string_view address) override;
    Result<Done> unbind(const Account& account) override;

    // The account's factor has another name from now on, and its secret is kept by `service` of the provider; when and
    // from where it was bound stays. True if the account's mfa_sid was still what it was; part of a transaction.
    Result<bool> move(const Account& account, std::string_view sid, std::string_view service);

private:
    Database& database_;
};

}  // namespace uzmfa
