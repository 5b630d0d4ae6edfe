// SPDX-License-Identifier: Apache-2.0
// What administrators may do for a user, and who is one: the page and the API alike.
#pragma once

#include "core/administration.hpp"
#include "core/pages/call.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

namespace uzmfa {

// What a button does. Those without hours have none to say.
struct Action {
    std::string_view name;
    Reason done;
    std::string_view refused{};  // text of a 409
    Lifetime lifetime{};
    bool needs_confirmation = false;
};

// Of one user; nothing where no action has the name.
const Action* action_named(std::string_view name);
// Of all users.
extern const Action end_everybody;

// How long what is done lasts: as usual where nothing was said, and nothing where that is out of bounds.
std::optional<std::chrono::hours> lifetime_of(const Action& action, std::optional<int> hours);

// Does it; `code` is a temporary code that was made.
Result<MadeCode> help(Call& call, const Action& action, std::string_view user, std::chrono::hours lifetime,
                      const Administrator& by);

// The outcome with who did what to whom.
Outcome done_by(const Administrator& by, const Action& action, std::string_view user, Outcome outcome);

// Runs `body` for who is asked for by this place's Require, and has passed a second factor.
Outcome as_administrator(Call& call, const std::function<Outcome(const Administrator&)>& body);

}  // namespace uzmfa
