// SPDX-License-Identifier: Apache-2.0
#include "core/session.hpp"

#include "core/record.hpp"

#include <span>

namespace uzmfa {
namespace {

constexpr seconds clock_tolerance{60};
constexpr std::size_t moment_bytes = 5;  // Unix time to the year 36812
constexpr std::size_t epoch_bytes = 4;

constexpr std::size_t kept_bytes = sizeof(KeptId);

enum Flag : std::uint8_t {
    enrolled_flag = 1,
    external_flag = 2,
    refused_flag = 4,
    may_bind_flag = 8,
    verify_again_flag = 16,
    kept_flag = 32,  // a kept form's id follows: few sessions have one
};
constexpr auto all_flags = enrolled_flag | external_flag | refused_flag | may_bind_flag | verify_again_flag | kept_flag;

void put(std::string& out, Moment moment) { put_number(out, static_cast<std::uint64_t>(unix_time(moment)), moment_bytes); }
void put(std::string& out, std::span<const std::uint8_t> bytes) { out.append(bytes.begin(), bytes.end()); }

Moment moment_in(RecordReader& reader) { return from_unix_time(static_cast<std::int64_t>(reader.number(moment_bytes))); }
std::uint32_t epoch_in(RecordReader& reader) { return static_cast<std::uint32_t>(reader.number(epoch_bytes)); }

}  // namespace

std::string_view name_of(Method method) {
    switch (method) {
        case Method::totp: return "totp";
        case Method::skip: return "skip";
        case Method::recovery: return "recovery";
        case Method::temporary: return "temporary";
        case Method::remembered: return "remembered";
        case Method::none: break;
    }
    return {};
}

bool is_alive(const Session& session, const Limits& limits, Moment now) {
    const auto latest = std::max({session.signed_in_at, session.verified_at, session.last_active, session.checked_at});
    if (latest > now + clock_tolerance) return false;
    if (now - session.signed_in_at >= limits.max_age) return false;
    // A sign-in page may stay open for as long as a session may last.
    return session.user.empty() || std::max(session.idle_for, now - session.last_active) < limits.idle_timeout;
}

Session refused_by_place(Session session, Moment now) {
    session.refused = true;
    session.idle_for = std::max(session.idle_for, now - session.last_active);
    return session;
}

Session anonymous_after(const Session* former, const SessionId& id, Moment now) {
    Session session{.id = id, .signed_in_at = now, .last_active = now};
    if (former) session.mark.uuid = former->mark.uuid;
    if (former) session.kept = former->kept;
    return session;
}

bool is_pending(const Session& session, Moment now) {
    return !session.user.empty() && !session.is_verified() && now - session.signed_in_at < pending_lifetime;
}

bool may_replace_factor(const Session& session, Moment now) {
    return session.is_verified() && session.may_bind && now - session.verified_at < 2 * pending_lifetime;
}

bool still_stands(const Session& session, const RowState& row) {
    return row.allowed && !row.revoked && row.mark == session.mark && (row.enrolled || !session.enrolled);
}

seconds touch_grain(const Limits& limits) { return std::max(limits.idle_timeout / 10, seconds{1}); }

bool is_touch_due(const Session& session, const Limits& limits, seconds rhythm, Moment now) {
    return now - session.last_active >= std::max(touch_grain(limits) - rhythm, seconds{1});
}

std::string encode(const Session& session, std::string_view others) {
    const auto user = session.user.view();
    std::string out;
    out.reserve(128 + user.size() + others.size());
    out.push_back(static_cast<char>((session.enrolled ? enrolled_flag : 0) | (session.external ? external_flag : 0) |
                                    (session.refused ? refused_flag : 0) | (session.may_bind ? may_bind_flag : 0) |
                                    (session.verify_again ? verify_again_flag : 0) |
                                    (session.kept != no_kept_post ? kept_flag : 0)));
    out.push_back(static_cast<char>(session.method));
    put(out, session.id);
    put(out, session.mark.uuid);
    put(out, session.mark.password);
    put_number(out, session.mark.epoch, epoch_bytes);
    put_number(out, session.mark.site_epoch, epoch_bytes);
    for (const auto moment : {session.signed_in_at, session.verified_at, session.last_active, session.checked_at}) {
        put(out, moment);
    }
    put(out, Moment{session.idle_for});
    if (session.kept != no_kept_post) put_number(out, session.kept, kept_bytes);
    out.push_back(static_cast<char>(user.size()));
    out.append(user);
    out.append(others);
    return out;
}

std::optional<SealedRecord> decode_session(std::string_view bytes) {
    RecordReader reader{bytes};
    std::optional<SealedRecord> record{std::in_place};
    Session& session = record->session;
    const auto flags = reader.byte();
    const bool names_kept = flags & kept_flag;
    const auto method = reader.byte();
    reader.fill(session.id);
    reader.fill(session.mark.uuid);
    reader.fill(session.mark.password);
    session.mark.epoch = epoch_in(reader);
    session.mark.site_epoch = epoch_in(reader);
    session.signed_in_at = moment_in(reader);
    session.verified_at = moment_in(reader);
    session.last_active = moment_in(reader);
    session.checked_at = moment_in(reader);
    session.idle_for = moment_in(reader).time_since_epoch();
    if (names_kept) session.kept = static_cast<KeptId>(reader.number(kept_bytes));
    const bool fits = session.user.assign(reader.take(reader.byte()));
    if (reader.failed() || !fits || names_kept != (session.kept != no_kept_post)) return std::nullopt;
    if (flags > all_flags || method > static_cast<std::uint8_t>(Method::remembered)) return std::nullopt;
    session.enrolled = flags & enrolled_flag;
    session.external = flags & external_flag;
    session.refused = flags & refused_flag;
    session.may_bind = flags & may_bind_flag;
    session.verify_again = flags & verify_again_flag;
    session.method = static_cast<Method>(method);
    record->others = reader.rest();
    return record;
}

}  // namespace uzmfa
