// SPDX-License-Identifier: Apache-2.0
// A user for programs, as the API and uzmfactl have it.
#pragma once

#include "core/administration.hpp"
#include "view/json.hpp"

namespace uzmfa {

Json json_of(const ListedAccount& listed);
Json json_of(const AccountDetails& details);

}  // namespace uzmfa
