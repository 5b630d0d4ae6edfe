// SPDX-License-Identifier: Apache-2.0
#include "core/session.hpp"

#include <span>

namespace uzmfa {
namespace {

constexpr seconds clock_tolerance{60};
constexpr std::size_t moment_bytes = 5;  // Unix time to the year 36812
constexpr std::size_t epoch_bytes = 4;

enum Flag : std::uint8_t { enrolled_flag = 1, external_flag = 2, refused_flag = 4, may_bind_flag = 8, verify_again_flag = 16 };
constexpr auto all_flags = enrolled_flag | external_flag | refused_flag | may_bind_flag | verify_again_flag;

// Little-endian.
void put(std::string& out, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i, value >>= 8) out.push_back(static_cast<char>(value & 0xff));
}
void put(std::string& out, Moment moment) { put(out, static_cast<std::uint64_t>(unix_time(moment)), moment_bytes); }
void put(std::string& out, std::span<const std::uint8_t> bytes) { out.append(bytes.begin(), bytes.end()); }

// Reads from the front; once a piece is missing, all that follows is.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_{bytes} {}

    std::string_view take(std::size_t count) {
        if (rest_.size() < count) {
            failed_ = true;
            count = rest_.size();
        }
        const auto piece = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return piece;
    }
    std::uint8_t byte() {
        const auto piece = take(1);
        return piece.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(piece[0]);
    }
    std::uint64_t number(std::size_t bytes) {
        std::uint64_t value = 0;
        const auto piece = take(bytes);
        for (std::size_t i = piece.size(); i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(piece[i]);
        return value;
    }
    Moment moment() { return from_unix_time(static_cast<std::int64_t>(number(moment_bytes))); }
    std::uint32_t epoch() { return static_cast<std::uint32_t>(number(epoch_bytes)); }
    template <std::size_t Size>
    void fill(std::array<std::uint8_t, Size>& bytes) {
        const auto piece = take(Size);
        std::copy(piece.begin(), piece.end(), bytes.begin());
    }
    bool failed() const { return failed_; }
    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
    bool failed_ = false;
};

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
    const Moment latest = now + clock_tolerance;
    for (const auto moment : {session.signed_in_at, session.verified_at, session.last_active, session.checked_at}) {
        if (moment > latest) return false;
    }
    if (now - session.signed_in_at >= limits.max_age) return false;
    // A sign-in page may stay open for as long as a session may last.
    return session.user.empty() || std::max(session.idle_for, now - session.last_active) < limits.idle_timeout;
}

Session refused_by_place(Session session, Moment now) {
    session.refused = true;
    session.idle_for = std::max(session.idle_for, now - session.last_active);
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
                                    (session.verify_again ? verify_again_flag : 0)));
    out.push_back(static_cast<char>(session.method));
    put(out, session.id);
    put(out, session.mark.uuid);
    put(out, session.mark.password);
    put(out, session.mark.epoch, epoch_bytes);
    put(out, session.mark.site_epoch, epoch_bytes);
    for (const auto moment : {session.signed_in_at, session.verified_at, session.last_active, session.checked_at}) {
        put(out, moment);
    }
    put(out, Moment{session.idle_for});
    out.push_back(static_cast<char>(user.size()));
    out.append(user);
    out.append(others);
    return out;
}

std::optional<SealedRecord> decode_session(std::string_view bytes) {
    Reader reader{bytes};
    std::optional<SealedRecord> record{std::in_place};
    Session& session = record->session;
    const auto flags = reader.byte();
    const auto method = reader.byte();
    reader.fill(session.id);
    reader.fill(session.mark.uuid);
    reader.fill(session.mark.password);
    session.mark.epoch = reader.epoch();
    session.mark.site_epoch = reader.epoch();
    session.signed_in_at = reader.moment();
    session.verified_at = reader.moment();
    session.last_active = reader.moment();
    session.checked_at = reader.moment();
    session.idle_for = reader.moment().time_since_epoch();
    const bool fits = session.user.assign(reader.take(reader.byte()));
    if (reader.failed() || !fits) return std::nullopt;
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
