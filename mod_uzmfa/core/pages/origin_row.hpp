// SPDX-License-Identifier: Apache-2.0
// When, from where and with what, as a row of a page.
#pragma once

#include "core/account_events.hpp"
#include "core/outcome.hpp"

namespace uzmfa {

// `at`, `address`, and `browser`: its User-Agent, or where that has names that people know, its name, `system` and `user_agent`.
Page::Values origin_row(Moment at, std::string_view address, std::string_view user_agent);
// The same, and `event`.
std::vector<Page::Values> rows_of(const std::vector<AccountEvent>& events);

}  // namespace uzmfa
