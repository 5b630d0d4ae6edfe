// SPDX-License-Identifier: Apache-2.0
#include "view/user_json.hpp"

namespace uzmfa {
namespace {

JsonObject object_of(const Account& account, std::optional<Validator> validator) {
    JsonObject object;
    object.add("user", account.name.view())
        .add("uuid", account.uuid)
        .add("enrolled", is_enrolled(account))
        .add("enabled", account.mfa_enabled)
        .add("access", account.access_enabled)
        .add("validator", validator ? name_of(*validator) : std::string_view{})
        .add("mfa_sid", account.mfa_sid);
    return object;
}

}  // namespace

Json json_of(const ListedAccount& listed) { return object_of(listed.account, listed.validator).take(); }

Json json_of(const AccountDetails& details) {
    const auto& [account, next, validator, binding, owed_deletions, codes, recovery, recovery_codes_left, temporary, skip,
                 sessions, browsers] = details;
    std::vector<Json> owed;
    owed.reserve(owed_deletions.size());
    for (const auto& deletion : owed_deletions) {
        owed.push_back(JsonObject{}
                           .add("sid", deletion.sid)
                           .add("owed_at", std::optional{deletion.owed_at})
                           .add("tries", std::int64_t{deletion.tries})
                           .take());
    }
    return object_of(account, validator)
        .add("bound_at", binding ? std::optional{binding->bound_at} : std::nullopt)
        .add("bound_from", binding ? std::string_view{binding->bound_from} : std::string_view{})
        .add("failures", std::int64_t{codes.failures})
        .add("locked_for", std::int64_t{codes.wait.count()})
        .add("closed", codes.closed)
        .add("recovery_failures", std::int64_t{recovery.failures})
        .add("recovery_locked_for", std::int64_t{recovery.wait.count()})
        .add("recovery_closed", recovery.closed)
        .add("recovery_codes_left", static_cast<std::int64_t>(recovery_codes_left))
        .add("temporary_code_expires_at", temporary ? std::optional{temporary->expires_at} : std::nullopt)
        .add("skip_expires_at", skip ? std::optional{skip->expires_at} : std::nullopt)
        .add("skip_set_by", skip ? std::string_view{skip->set_by} : std::string_view{})
        .add("sessions", static_cast<std::int64_t>(sessions.size()))
        .add("remembered_browsers", static_cast<std::int64_t>(browsers.size()))
        .add("owed_deletions", json_array_of(std::move(owed)))
        .take();
}

}  // namespace uzmfa
