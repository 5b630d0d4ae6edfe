// SPDX-License-Identifier: Apache-2.0
// A request for one of the module's own pages or its API, and what becomes of it.
#pragma once

#include "core/outcome.hpp"
#include "core/policy.hpp"
#include "core/ports.hpp"
#include "core/visit.hpp"

namespace uzmfa {

// Answers one request for an own page. Whatever the page, these are looked at in this order: the
// page's name, the method, the form's shape, the connection, the session; then the page itself.
//
// `Visit::user` is whom another AuthType names on this request, where it was asked: a session of somebody else is not theirs.
Outcome serve(const PageVisit& request, const Policy& policy, const Site& site, Services& services);

// Whether the page is that of a session's user, as all but `login`, `logout` and `done` are.
bool is_for_its_user(std::string_view page);

// Whether the page obeys the Require of its place, where UzmfaAdmin is On.
bool is_for_administrators(std::string_view page);

}  // namespace uzmfa
