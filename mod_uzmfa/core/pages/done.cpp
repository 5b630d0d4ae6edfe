// SPDX-License-Identifier: Apache-2.0
#include "core/pages/own_pages.hpp"

namespace uzmfa {

Outcome show_done(Call&) { return shown({"done", {}, {}}); }

}  // namespace uzmfa
