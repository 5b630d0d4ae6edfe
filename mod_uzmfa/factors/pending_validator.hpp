// SPDX-License-Identifier: Apache-2.0
// What validators have in common: a factor that waits for its first code is kept, and shown again.
#pragma once

#include "factors/factors.hpp"

namespace uzmfa {

class PendingValidator : public CodeValidator {
public:
    explicit PendingValidator(Factors& factors) : factors_{factors} {}

    Result<Enrollment> enrollment(const Account& account, const SessionId& session) final;
    Result<std::optional<Enrollment>> pending_enrollment(const Account& account, const SessionId& session) final;

protected:
    // No try is left to look at a code, and those that took them may still be at it: whoever comes now waits.
    Result<Check> later(const SessionId& session, std::string_view sid);
    // Whether this was the last try.
    Result<bool> is_spent(const Account& account, const SessionId& session, std::string_view sid);

    // The pending factor that was checked, as long as it is still there.
    Result<std::optional<PendingFactor>> still_pending(const Account& account, const SessionId& session, std::string_view sid);

    // How the page shows it.
    virtual Result<Enrollment> shown(const Account& account, const StoredSecret& stored) const = 0;
    // Makes another and puts it in the place of `spent_sid`, or of none.
    virtual Result<Done> put_new(const Account& account, const SessionId& session, std::string_view spent_sid) = 0;

    Factors& factors_;
};

}  // namespace uzmfa
