// SPDX-License-Identifier: Apache-2.0
// What the local validator keeps: implemented by store/, faked in tests.
#pragma once

#include "core/ports.hpp"
#include "factors/totp/totp.hpp"

namespace uzmfa::totp {

struct StoredSecret {
    std::string sid;     // "LF" and 32 hex digits: the account's mfa_sid once bound
    std::string sealed;  // base64 of the sealed secret; its context is the uuid and the sid
    Parameters parameters;
};

struct BoundFactor {
    StoredSecret secret;
    TimeStep last_step = 0;  // the latest step whose code was accepted
};

struct PendingFactor {
    StoredSecret secret;
    int tries = 0;  // codes checked so far
};

inline constexpr int most_tries = 5;  // codes per pending secret

class Factors {
public:
    virtual ~Factors() = default;

    // The factor that the account's mfa_sid names.
    virtual Result<std::optional<BoundFactor>> find(const Account& account) = 0;

    // Spends a step: true for one caller, and only while no such or later step was spent.
    virtual Result<bool> spend(const Account& account, TimeStep step) = 0;

    // The pending factor of this account in this session, if it is not too old.
    virtual Result<std::optional<PendingFactor>> find_pending(const Account& account, const SessionId& session) = 0;

    // Puts `fresh` in the place of none, of an aged one, or of `spent_sid`; whatever else is there
    // stays. Whoever comes second reads what the first one put.
    virtual Result<Done> put_pending(const Account& account, const SessionId& session, const StoredSecret& fresh,
                                     std::string_view spent_sid) = 0;

    // Counts a try before it is made: false where all are used up.
    virtual Result<bool> charge(const SessionId& session, std::string_view sid) = 0;

    // In one transaction: the pending factor becomes the account's only one, with `step` spent, and the
    // users table says so. False where the pending factor or the row is no longer what it was.
    virtual Result<bool> bind(const Account& account, const SessionId& session, const StoredSecret& secret,
                              TimeStep step, std::string_view address) = 0;
};

}  // namespace uzmfa::totp
