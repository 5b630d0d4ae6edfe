// SPDX-License-Identifier: Apache-2.0
#include "factors/pending_validator.hpp"

namespace uzmfa {

Result<std::optional<Enrollment>> PendingValidator::pending_enrollment(const Account& account, const SessionId& session) {
    auto pending = factors_.find_pending(account, session);
    if (!pending) return pending.error();
    if (!*pending) return std::optional<Enrollment>{};
    auto enrollment = shown(account, (*pending)->secret);
    if (!enrollment) return enrollment.error();
    return std::optional<Enrollment>{std::move(*enrollment)};
}

Result<Enrollment> PendingValidator::enrollment(const Account& account, const SessionId& session) {
    auto found = pending_enrollment(account, session);
    if (!found) return found.error();
    if (*found) return std::move(**found);
    if (auto put = put_new(account, session, {}); !put) return put.error();
    found = pending_enrollment(account, session);
    if (!found) return found.error();
    if (!*found) return Error{ErrorKind::unavailable, "the pending enrollment was not kept"};
    return std::move(**found);
}

Result<Check> PendingValidator::later(const SessionId& session, std::string_view sid) {
    if (auto retired = factors_.retire(session, sid); !retired) return retired.error();
    return Check{.verdict = Verdict::wait, .wait = time_to_bind};
}

Result<bool> PendingValidator::is_spent(const Account& account, const SessionId& session, std::string_view sid) {
    auto pending = still_pending(account, session, sid);
    if (!pending) return pending.error();
    return *pending && (*pending)->tries >= most_tries;
}

Result<std::optional<PendingFactor>> PendingValidator::still_pending(const Account& account, const SessionId& session,
                                                                     std::string_view sid) {
    auto pending = factors_.find_pending(account, session);
    if (pending && *pending && (*pending)->secret.sid != sid) return std::optional<PendingFactor>{};
    return pending;
}

}  // namespace uzmfa
