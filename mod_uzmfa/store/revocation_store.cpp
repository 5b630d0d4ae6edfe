// SPDX-License-Identifier: Apache-2.0
#include "store/revocation_store.hpp"

#include "crypto/encoding.hpp"

#include <charconv>

namespace uzmfa {
namespace {

std::optional<SessionId> id_of(std::string_view text) {
    SessionId id;
    if (text.size() != 2 * id.size()) return std::nullopt;
    for (std::size_t i = 0; i < id.size(); ++i) {
        const char* const begin = text.data() + 2 * i;
        if (std::from_chars(begin, begin + 2, id[i], 16).ptr != begin + 2) return std::nullopt;
    }
    return id;
}

}  // namespace

Result<bool> RevocationStore::add(const SessionId& session, Moment until) {
    auto added = database_.change(Statement::revoke_session, {hex(session), "", unix_time(until)});
    if (!added) return added.error();
    return *added == 1;
}

Result<bool> RevocationStore::contains(const SessionId& session) {
    auto rows = database_.rows(Statement::find_revocation, {hex(session)});
    if (!rows) return rows.error();
    return !rows->empty();
}

Result<Done> RevocationStore::purge() {
    auto purged = database_.change(Statement::purge_revocations);
    if (!purged) return purged.error();
    return Done{};
}

Result<Done> RevocationStore::for_each(const std::function<void(const SessionId&, Moment)>& take) {
    auto rows = database_.rows(Statement::find_revocations);
    if (!rows) return rows.error();
    for (const Row& row : *rows) {
        const auto id = id_of(row.text(0));
        if (!id) return Error{ErrorKind::damaged, "uzmfa_revocation holds a row that names no session"};
        take(*id, from_unix_time(row.number(1)));
    }
    return Done{};
}

}  // namespace uzmfa
