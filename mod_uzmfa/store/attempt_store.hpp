// SPDX-License-Identifier: Apache-2.0
// Wrong codes in a row, counted for all sessions, processes and nodes.
#pragma once

#include "core/administration.hpp"
#include "store/database.hpp"

namespace uzmfa {

class AttemptStore final : public Attempts {
public:
    AttemptStore(Database& database, const AttemptLimits& limits) : database_{database}, limits_{limits} {}

    Result<Charge> charge(std::string_view uuid, AttemptKind kind) override;
    Result<Done> refund(std::string_view uuid, AttemptKind kind, const Charge& charge) override;
    Result<Done> clear(std::string_view uuid, AttemptKind kind) override;
    Result<bool> is_closed(std::string_view uuid, AttemptKind kind) override;

    // Nothing where no attempt has failed since the last right one.
    Result<std::optional<AttemptState>> find(std::string_view uuid, AttemptKind kind);
    // An administrator ends the waits of both kinds: their counts begin anew, but one that is closed stays so. False where
    // there was nothing to end.
    Result<bool> unlock(std::string_view uuid);

private:
    Database& database_;
    AttemptLimits limits_;
};

}  // namespace uzmfa
