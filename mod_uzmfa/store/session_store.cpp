// SPDX-License-Identifier: Apache-2.0
#include "store/session_store.hpp"

#include "core/printable.hpp"
#include "crypto/encoding.hpp"
#include "crypto/password_mark.hpp"

#include <algorithm>
#include <charconv>

namespace uzmfa {
namespace {

constexpr std::size_t browser_bytes = 255;
constexpr seconds latest_commit{30};  // after the time that a row says it was made at

std::optional<SessionId> id_of(std::string_view text) {
    SessionId id;
    if (text.size() != 2 * id.size()) return std::nullopt;
    for (std::size_t i = 0; i < id.size(); ++i) {
        const char* const begin = text.data() + 2 * i;
        if (std::from_chars(begin, begin + 2, id[i], 16).ptr != begin + 2) return std::nullopt;
    }
    return id;
}

std::optional<Uuid> user_of(std::string_view text) { return text.empty() ? Uuid{} : uuid_of(text); }

Error damaged(std::string_view table) {
    return {ErrorKind::damaged, std::string{table} + " holds a row that names no session or user"};
}

std::uint32_t epoch_of(const Row& row, std::size_t column) { return static_cast<std::uint32_t>(row.number(column)); }

Method method_named(std::string_view name) {
    for (const auto method : {Method::totp, Method::skip, Method::recovery, Method::temporary, Method::remembered}) {
        if (name_of(method) == name) return method;
    }
    return Method::none;
}

}  // namespace

Result<std::optional<RowState>> SessionStore::row_of(std::string_view user, const SessionId& session) {
    auto rows = database_.rows(Statement::find_row, {hex(session), user});
    if (!rows) return rows.error();
    std::erase_if(*rows, [&](const Row& row) { return row.text(0) != user; });
    if (rows->size() != 1) return std::optional<RowState>{};
    const Row& row = rows->front();
    RowState state;
    state.mark.uuid = uuid_of(row.text(1)).value_or(Uuid{});
    state.allowed = row.truth(2);
    state.enrolled = row.truth(3);
    state.mark.password = password_mark(row.text(4));
    state.revoked = row.number(5) > 0;
    state.mark.epoch = epoch_of(row, 6);
    state.mark.site_epoch = epoch_of(row, 7);
    return std::optional{state};
}

Result<Done> SessionStore::hold(const Uuid& uuid) {
    return as_done(database_.change(Statement::hold_epoch, {text_of(uuid)}));
}

Result<Revoked> SessionStore::revoke(const SessionId& session, const Uuid& uuid, Moment until) {
    Revoked revoked;
    const auto user = text_of(uuid);
    auto done = database_.in_transaction([&]() -> Result<bool> {
        auto added = database_.change(Statement::revoke_session, {hex(session), user, unix_time(until)});
        if (!added) return added.error();
        revoked.first = *added == 1;
        if (!revoked.first) return true;
        if (auto dropped = database_.change(Statement::drop_session, {hex(session)}); !dropped) return dropped.error();
        if (user.empty()) return true;
        auto live = database_.rows(Statement::count_revocations, {user});
        if (!live) return live.error();
        if (live->empty() || live->front().number(0) <= most_revocations) return true;
        auto epoch = end_all(uuid);
        if (!epoch) return epoch.error();
        revoked.epoch = *epoch;
        // This one stays: whoever sent the same form again finds it.
        auto kept = database_.change(Statement::revoke_session, {hex(session), user, unix_time(until)});
        return kept ? Result<bool>{true} : kept.error();
    });
    if (!done) return done.error();
    return revoked;
}

Result<bool> SessionStore::is_revoked(const SessionId& session) {
    auto rows = database_.rows(Statement::find_revocation, {hex(session)});
    if (!rows) return rows.error();
    return !rows->empty();
}

Result<std::uint32_t> SessionStore::end_all(const Uuid& uuid) {
    if (uuid == Uuid{}) return Error{ErrorKind::damaged, "a user without a uuid has no sessions to end"};
    const auto user = text_of(uuid);
    return begin_epoch(uuid, [&] {
        auto dropped = database_.change(Statement::drop_revocations_of, {user});
        if (dropped) dropped = database_.change(Statement::drop_sessions_of, {user});
        return as_done(dropped);
    });
}

Result<std::uint32_t> SessionStore::end_everybodys() {
    return begin_epoch(Uuid{}, [&] {
        auto dropped = database_.change(Statement::drop_all_revocations);
        if (dropped) dropped = database_.change(Statement::drop_all_sessions);
        return as_done(dropped);
    });
}

// The epoch of the empty uuid is everybody's.
Result<std::uint32_t> SessionStore::begin_epoch(const Uuid& uuid, const std::function<Result<Done>()>& drop) {
    const auto user = text_of(uuid);
    std::uint32_t epoch = 0;
    auto done = database_.in_transaction([&]() -> Result<bool> {
        if (auto begun = database_.change(Statement::begin_epoch, {user}); !begun) return begun.error();
        auto rows = database_.rows(Statement::find_epoch, {user});
        if (!rows) return rows.error();
        if (rows->empty()) return damaged("uzmfa_epoch");
        epoch = epoch_of(rows->front(), 0);
        auto dropped = drop();
        return dropped ? Result<bool>{true} : dropped.error();
    });
    if (!done) return done.error();
    return epoch;
}

Result<Done> SessionStore::note(const Uuid& uuid, const VerifiedSession& session) {
    const std::string browser{beginning_of(printable(session.browser), browser_bytes)};
    return as_done(database_.change(
        Statement::note_session, {hex(session.id), text_of(uuid), name_of(session.method), unix_time(session.verified_at),
                                  unix_time(session.ends_at), session.address, browser}));
}

Result<std::vector<VerifiedSession>> SessionStore::verified_of(const Uuid& uuid) {
    auto rows = database_.rows(Statement::find_sessions_of, {text_of(uuid)});
    if (!rows) return rows.error();
    std::vector<VerifiedSession> sessions;
    for (const Row& row : *rows) {
        const auto id = id_of(row.text(0));
        if (!id) return damaged("uzmfa_session");
        sessions.push_back({*id, method_named(row.text(1)), from_unix_time(row.number(2)), from_unix_time(row.number(3)),
                            std::string{row.text(4)}, std::string{row.text(5)}});
    }
    return sessions;
}

Result<Done> SessionStore::purge() {
    for (const auto statement : {Statement::purge_revocations, Statement::purge_sessions}) {
        if (auto purged = database_.change(statement); !purged) return purged.error();
    }
    return Done{};
}

Result<SessionChanges> SessionStore::changes_since(Moment seen) {
    SessionChanges changes{.revocations = {}, .epochs = {}, .seen = seen};
    // Seen up to now, and not only to the last change: many at once would be read again and again until the next.
    auto time = database_.rows(Statement::find_time);
    if (!time) return time.error();
    if (!time->empty()) changes.seen = from_unix_time(time->front().number(0));
    const auto since = unix_time(seen - latest_commit);
    auto epochs = database_.rows(Statement::find_changed_epochs, {since});
    if (!epochs) return epochs.error();
    for (const Row& row : *epochs) {
        const auto uuid = user_of(row.text(0));
        if (!uuid) return damaged("uzmfa_epoch");
        changes.epochs.push_back({*uuid, epoch_of(row, 1), from_unix_time(row.number(2))});
    }
    auto revocations = database_.rows(Statement::find_changed_revocations, {since});
    if (!revocations) return revocations.error();
    for (const Row& row : *revocations) {
        const auto id = id_of(row.text(0));
        const auto uuid = user_of(row.text(1));
        if (!id || !uuid) return damaged("uzmfa_revocation");
        changes.revocations.push_back({*id, *uuid, from_unix_time(row.number(2))});
    }
    return changes;
}

}  // namespace uzmfa
