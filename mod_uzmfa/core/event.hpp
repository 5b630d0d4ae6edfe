// SPDX-License-Identifier: Apache-2.0
// What happened to whom, as the log and the table of events have it.
#pragma once

#include "core/outcome.hpp"

#include <string>
#include <string_view>

namespace uzmfa {

struct Event {
    std::string name{};     // of a reason, or of what an administrator did
    std::string user{};     // as it was typed where it is nobody's name
    std::string uuid{};     // empty: the row's, where there is a row of that name
    std::string address{};
    std::string browser{};  // its User-Agent
    std::string session{};  // a digest of its id
    std::string method{};
    std::string made_by{};  // the administrator, empty where it is the user
    std::string detail{};
};

// Fit to be kept: no control characters, UTF-8, and no text longer than the table's column.
Event fit_to_keep(const Event& event);

// Whether an outcome of that reason is kept in the table: what befalls one person's sign-in, and no more than that.
bool is_recorded(Reason reason);

// The method that was tried or used: the session's, where it has passed by one.
Method method_of(Reason reason, const Session* session);

}  // namespace uzmfa
