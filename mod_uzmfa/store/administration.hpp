// SPDX-License-Identifier: Apache-2.0
// What an administrator sees and does, on the database.
#pragma once

#include "core/administration.hpp"
#include "store/database.hpp"

#include <functional>

namespace uzmfa {

class AccountAdministration final : public Administration {
public:
    // Told of each end of sessions once it is kept: whose (all zero: everybody's), and the epoch that new ones will be of.
    using OnEnded = std::function<void(const Uuid&, std::uint32_t)>;

    AccountAdministration(Database& database, Validator in_use, const AttemptLimits& limits, OnEnded on_ended = {})
        : database_{database}, in_use_{in_use}, limits_{limits}, on_ended_{std::move(on_ended)} {}

    Result<std::optional<AccountDetails>> find(std::string_view name) override;
    Result<AccountSearch> search(std::string_view beginning, std::string_view after, std::size_t limit) override;
    Result<EventPage> events(std::string_view uuid, const EventKey& before) override;
    Result<std::vector<TallyCount>> tallied(Moment since) override;
    Result<Helped> skip_next(std::string_view name, seconds lifetime, const Administrator& by) override;
    Result<Helped> reset(std::string_view name, const Administrator& by) override;
    Result<Helped> unlock(std::string_view name, const Administrator& by) override;
    Result<MadeCode> temporary_code(std::string_view name, seconds lifetime, const Administrator& by) override;
    Result<Helped> end_sessions(std::string_view name, const Administrator& by) override;
    Result<Done> end_everybody(const Administrator& by) override;

private:
    void tell_of(const Uuid& uuid, std::uint32_t epoch) const;

    Database& database_;
    Validator in_use_;
    AttemptLimits limits_;
    OnEnded on_ended_;
};

}  // namespace uzmfa
