// SPDX-License-Identifier: Apache-2.0
#include "store/owed_deletion_store.hpp"

namespace uzmfa {

using twilio::OwedDeletion;

Result<Done> OwedDeletionStore::change(Statement statement, std::string_view uuid, std::string_view sid) {
    return as_done(database_.change(statement, {uuid, sid}));
}

Result<std::vector<OwedDeletion>> OwedDeletionStore::read(Statement statement,
                                                          std::initializer_list<Parameter> parameters) {
    auto rows = database_.rows(statement, parameters);
    if (!rows) return rows.error();
    std::vector<OwedDeletion> deletions;
    for (const auto& row : *rows) {
        deletions.push_back({std::string{row.text(0)}, std::string{row.text(1)}, from_unix_time(row.number(2)),
                             static_cast<int>(row.number(3))});
    }
    return deletions;
}

Result<Done> OwedDeletionStore::owe(std::string_view uuid, std::string_view sid) {
    return change(Statement::owe_deletion, uuid, sid);
}

Result<std::vector<OwedDeletion>> OwedDeletionStore::due() { return read(Statement::find_due_deletions); }

Result<std::vector<OwedDeletion>> OwedDeletionStore::of(std::string_view uuid) {
    return read(Statement::find_deletions_of, {uuid});
}

Result<std::vector<OwedDeletion>> OwedDeletionStore::all() { return read(Statement::list_deletions); }

Result<bool> OwedDeletionStore::claim(const OwedDeletion& deletion) {
    auto changed = database_.change(Statement::claim_deletion, {deletion.uuid, deletion.sid});
    if (!changed) return changed.error();
    return *changed == 1;
}

Result<Done> OwedDeletionStore::release(const OwedDeletion& deletion) {
    return change(Statement::release_deletion, deletion.uuid, deletion.sid);
}

Result<Done> OwedDeletionStore::settle(const OwedDeletion& deletion) {
    return change(Statement::settle_deletion, deletion.uuid, deletion.sid);
}

}  // namespace uzmfa
