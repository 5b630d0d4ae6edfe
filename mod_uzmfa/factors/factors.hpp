// SPDX-License-Identifier: Apache-2.0
// What a validator keeps of factors: implemented by store/, faked in tests.
#pragma once

#include "core/policy.hpp"
#include "core/ports.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace uzmfa {

struct CodeParameters {
    Algorithm algorithm = Algorithm::sha1;
    std::uint8_t digits = 6;  // 6 to 8
};

using TimeStep = std::int64_t;  // T, RFC 6238 §4.2

struct StoredSecret {
    std::string sid;     // two letters and 32 hex digits: the account's mfa_sid once bound
    std::string sealed;  // base64 of what is sealed, its context is the uuid and the sid; of a bound factor whose
                         // secret only the provider knows, the provider's service
    CodeParameters parameters;
};

// A ciphertext copied to another row opens nowhere.
inline std::string seal_context(std::string_view uuid, std::string_view sid) {
    return std::string{uuid} + "/" + std::string{sid};
}
inline std::string seal_context(const Account& account, std::string_view sid) { return seal_context(account.uuid, sid); }

struct BoundFactor {
    StoredSecret secret;
    TimeStep last_step = 0;  // the latest step whose code was accepted
};

struct PendingFactor {
    StoredSecret secret;
    int tries = 0;  // codes checked so far
};

inline constexpr int most_tries = 5;  // codes per pending secret
inline constexpr seconds time_to_bind{15};

class Factors {
public:
    virtual ~Factors() = default;

    // The factor that the account's mfa_sid names.
    virtual Result<std::optional<BoundFactor>> find(const Account& account) = 0;

    // Spends a step: true for one caller, and only while no such or later step was spent.
    virtual Result<bool> spend(const Account& account, TimeStep step) = 0;

    // The same for a code whose step is not known, by its digests: true only where none of them was spent in the last
    // five minutes. Part of a transaction.
    virtual Result<bool> spend_code(const Account& account, std::span<const std::string> digests) = 0;

    // The pending factor of this account in this session, if it is not too old.
    virtual Result<std::optional<PendingFactor>> find_pending(const Account& account, const SessionId& session) = 0;

    // Puts `fresh` in the place of none, of an aged one, or of `spent_sid`; whatever else is there
    // stays, and it is false. Whoever comes second reads what the first one put.
    virtual Result<bool> put_pending(const Account& account, const SessionId& session, const StoredSecret& fresh,
                                     std::string_view spent_sid) = 0;

    // Counts a try before it is made: false where all are used up.
    virtual Result<bool> charge(const SessionId& session, std::string_view sid) = 0;
    // Takes one back: the code was not looked at.
    virtual Result<Done> uncharge(const SessionId& session, std::string_view sid) = 0;
    // It will be too old in time_to_bind: so long one of the codes that are being looked at may still bind it.
    virtual Result<Done> retire(const SessionId& session, std::string_view sid) = 0;

    // In one transaction: the pending factor becomes the account's only one, with `step` spent, and the
    // users table says so. False where the pending factor or the row is no longer what it was.
    virtual Result<bool> bind(const Account& account, const SessionId& session, const StoredSecret& secret,
                              TimeStep step, std::string_view address) = 0;

    // The account is no longer enrolled, if its mfa_sid is still what it was.
    virtual Result<Done> unbind(const Account& account) = 0;
};

}  // namespace uzmfa
