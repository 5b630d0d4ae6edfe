// SPDX-License-Identifier: Apache-2.0
// Wrong codes in a row, counted for all sessions, processes and nodes.
#pragma once

#include "core/attempts.hpp"
#include "store/database.hpp"

namespace uzmfa {

// As an administrator sees it.
struct AttemptState {
    int failures = 0;
    seconds wait{};  // until the next one is looked at; zero: there is none
    bool closed = false;
    std::string era{};
};

class AttemptStore final : public Attempts {
public:
    AttemptStore(Database& database, const AttemptLimits& limits) : database_{database}, limits_{limits} {}

    Result<Charge> charge(std::string_view uuid, AttemptKind kind) override;
    Result<Done> refund(std::string_view uuid, AttemptKind kind, const Charge& charge) override;
    Result<Done> clear(std::string_view uuid, AttemptKind kind) override;
    Result<bool> is_closed(std::string_view uuid, AttemptKind kind) override;

    // Nothing where no attempt has failed since the last right one.
    Result<std::optional<AttemptState>> find(std::string_view uuid, AttemptKind kind);
    // An administrator ends the waits of both kinds: their counts begin anew, but one that is closed stays so.
    Result<Done> unlock(std::string_view uuid);

private:
    Database& database_;
    AttemptLimits limits_;
};

}  // namespace uzmfa
