// SPDX-License-Identifier: Apache-2.0
#include "store/account_event_store.hpp"

#include "crypto/tokens.hpp"

namespace uzmfa {
namespace {

Result<std::vector<AccountEvent>> events_in(const Result<std::vector<Row>>& rows) {
    if (!rows) return rows.error();
    std::vector<AccountEvent> events;
    for (const Row& row : *rows) {
        events.push_back({from_unix_time(row.number(0)), std::string{row.text(1)}, std::string{row.text(2)},
                          std::string{row.text(3)}});
    }
    return events;
}

}  // namespace

Result<std::vector<AccountEvent>> AccountEventStore::latest(std::string_view uuid) {
    return events_in(database_.rows(Statement::find_account_events, {uuid}));
}

Result<std::vector<AccountEvent>> AccountEventStore::unseen(std::string_view uuid, const SessionId& session) {
    return events_in(database_.rows(Statement::find_unseen_events, {uuid, digest_of(session), uuid}));
}

}  // namespace uzmfa
