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

SessionState state_of(request_rec* r, const Service& service, const Session& session);

}  // namespace uzmfa
