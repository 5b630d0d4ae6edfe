// SPDX-License-Identifier: Apache-2.0
// Whether a session still counts: by the node's memory, and once an interval by its user's row.
#pragma once

#include "core/session.hpp"
#include "httpd/service.hpp"

namespace uzmfa {

enum class SessionState : std::uint8_t {
    alive,
    over,     // it was ended, or its user's row is not what it was
    unknown,  // nobody can say now: the database is away for longer than UzmfaOutageGrace allows
};

struct Recheck {
    SessionState state = SessionState::unknown;
    bool is_fresh = false;  // no other node can have ended the session for as long as two seconds
};

// How often the database is asked about a session of that place.
seconds recheck_interval(const Site& site, const Limits& limits);

Recheck recheck(request_rec* r, const Service& service, const Session& session, Moment now);

}  // namespace uzmfa
