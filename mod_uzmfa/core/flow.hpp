// SPDX-License-Identifier: Apache-2.0
// The module's own pages: sign in, enroll, verify, sign out.
#pragma once

#include "core/outcome.hpp"
#include "core/policy.hpp"
#include "core/ports.hpp"
#include "core/visit.hpp"

namespace uzmfa {

// Answers one request for an own page. Whatever the page, these are looked at in this order: the
// page's name, the method, the form's shape, the connection, the session; then the page itself.
Outcome serve(const PageVisit& request, const Policy& policy, const Site& site, Services& services);

}  // namespace uzmfa
