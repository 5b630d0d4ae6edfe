// SPDX-License-Identifier: Apache-2.0
// The sessions as the database knows them: which were ended before their time, and which are verified.
#pragma once

#include "core/browsers.hpp"
#include "core/session.hpp"
#include "store/database.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace uzmfa {

inline constexpr int most_revocations = 32;  // of one user, that are still of use

struct Revoked {
    bool first = false;                  // nobody else had revoked it
    std::optional<std::uint32_t> epoch;  // there were too many of the user's: all sessions of earlier epochs are over
};

// What has changed in the database since it was last asked.
struct SessionChanges {
    struct Revocation {
        SessionId id;
        Uuid uuid;
        Moment until;
    };
    struct Epoch {
        Uuid uuid;  // all zero: everybody's
        std::uint32_t epoch;
        Moment changed_at;
    };
    std::vector<Revocation> revocations;
    std::vector<Epoch> epochs;
    Moment seen{};  // when that was, by the database's clock
};

class SessionStore {
public:
    explicit SessionStore(Database& database) : database_{database} {}

    // The row of exactly that name, and whether `session` was revoked.
    Result<std::optional<RowState>> row_of(std::string_view user, const SessionId& session);

    // In a transaction: whoever ends all of the user's sessions waits until it is over.
    Result<Done> hold(const Uuid& uuid);

    Result<Revoked> revoke(const SessionId& session, const Uuid& uuid, Moment until);
    Result<bool> is_revoked(const SessionId& session);

    // Ends all sessions of a user: the epoch that new ones will be of.
    Result<std::uint32_t> end_all(const Uuid& uuid);
    // The same of everybody's.
    Result<std::uint32_t> end_everybodys();

    Result<Done> note(const Uuid& uuid, const VerifiedSession& session);
    Result<std::vector<VerifiedSession>> verified_of(const Uuid& uuid);

    // Forgets what would have ended by now.
    Result<Done> purge();

    // Since it was last asked, at `seen`; those of the seconds before once more: they may have been committed late.
    Result<SessionChanges> changes_since(Moment seen);

private:
    Result<std::uint32_t> begin_epoch(const Uuid& uuid, const std::function<Result<Done>()>& drop);

    Database& database_;
};

}  // namespace uzmfa
