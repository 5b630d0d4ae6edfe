// SPDX-License-Identifier: Apache-2.0
// What the sealed cookie says of a browser: who signed in, when, and by which second factor.
#pragma once

#include "core/bounded_text.hpp"
#include "core/moment.hpp"
#include "core/row_mark.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace uzmfa {

using SessionId = std::array<std::uint8_t, 16>;

// Names a kept form among those of its user.
using KeptId = std::uint32_t;
inline constexpr KeptId no_kept_post = 0;

// How the second factor was passed; `none` while it is not.
enum class Method : std::uint8_t { none, totp, skip, recovery, temporary, remembered };
std::string_view name_of(Method method);  // the value of UZMFA_METHOD

// The page a session has to pass next.
enum class Step : std::uint8_t { sign_in, recover, enroll, verify, finished };

struct Limits {
    seconds idle_timeout;
    seconds max_age;
};

inline Limits longer_of(const Limits& one, const Limits& other) {
    return {std::max(one.idle_timeout, other.idle_timeout), std::max(one.max_age, other.max_age)};
}

// A pending sign-in or enrollment lives this long.
inline constexpr seconds pending_lifetime{600};

struct Session {
    SessionId id{};
    UserName user{};           // empty: anonymous, a sign-in page was shown
    bool enrolled = false;     // at sign-in; the own pages ask the users table again
    bool external = false;     // the first factor is another AuthType's, on each request
    bool may_bind = false;     // a recovery or temporary code, or a verification with the password, allows a new factor
    bool verify_again = false; // a place asks for a later verification (step-up)
    Method method = Method::none;
    RowMark mark{};            // of an anonymous session: the uuid of who was signed in here before
    Moment signed_in_at{};     // an anonymous session: when it was made
    Moment verified_at{};
    Moment last_active{};      // with a grain of a tenth of the idle timeout
    Moment checked_at{};       // when the row last agreed with the mark, as far as the cookie knows
    bool refused = false;      // a place found it over: signing in anew is due, wherever else it still serves
    seconds idle_for{0};       // the longest idle time for which a place refused it
    KeptId kept = no_kept_post;  // a form that waits until its user is back, in this browser

    Step due() const {
        if (user.empty()) return Step::sign_in;
        if (method != Method::none) return Step::finished;
        return enrolled ? Step::verify : Step::enroll;
    }
    bool is_verified() const { return due() == Step::finished; }
    bool operator==(const Session&) const = default;
};

// Neither idle nor older than the limits allow. Times from the future by up to 60 s count as now,
// by more the session is not one.
bool is_alive(const Session& session, const Limits& limits, Moment now);

// The session as a place leaves it that does not take it any more.
Session refused_by_place(Session session, Moment now);

// A session of nobody, which remembers whose browser it is: a form of theirs may wait or come. `former` may be null.
Session anonymous_after(const Session* former, const SessionId& id, Moment now);

// Young enough to go on to its second factor.
bool is_pending(const Session& session, Moment now);

// A verified session that may put another factor in the place of its user's. It is allowed to within a pending_lifetime
// of its verification, and has as long from then on.
bool may_replace_factor(const Session& session, Moment now);

// Whether the row still lets the session live: its user, password, enrollment and epoch are the same.
bool still_stands(const Session& session, const RowState& row);

// How much earlier than it should a session may end for want of requests.
seconds touch_grain(const Limits& limits);
// Whether `last_active` is to be written anew by a request of those that come once a `rhythm`: it would be older than its
// grain at the next one.
bool is_touch_due(const Session& session, const Limits& limits, seconds rhythm, Moment now);

// The sealed record: `encode` appends what other modules keep in their session, `decode_session` gives it back. Nothing where
// the bytes are not such a record.
std::string encode(const Session& session, std::string_view others);
struct SealedRecord {
    Session session;
    std::string_view others;  // within the bytes given
};
std::optional<SealedRecord> decode_session(std::string_view bytes);

}  // namespace uzmfa
