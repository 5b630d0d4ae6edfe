// SPDX-License-Identifier: Apache-2.0
#include "factors/twilio/deletions.hpp"

namespace uzmfa::twilio {

Result<bool> pay(const OwedDeletion& deletion, OwedDeletions& owed, Api& api) {
    auto claimed = owed.claim(deletion);
    if (!claimed || !*claimed) return claimed;
    auto deleted = deletion.sid.empty() ? api.delete_entity(deletion.uuid)
                                        : api.delete_factor(deletion.uuid, deletion.sid);
    const bool done = deleted && std::holds_alternative<Done>(*deleted);
    auto noted = done ? owed.settle(deletion) : owed.release(deletion);
    if (!noted) return noted.error();
    if (done) return true;
    return deleted ? Error{ErrorKind::provider_unavailable, "Twilio does not delete it now"} : deleted.error();
}

}  // namespace uzmfa::twilio
