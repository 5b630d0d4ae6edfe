// SPDX-License-Identifier: Apache-2.0
// The page `metrics`, and the module's section in mod_status: from memory, without a query.
#pragma once

#include "httpd/service.hpp"

namespace uzmfa {

int write_metrics(request_rec* r, const Service& service);

// Optional hook of mod_status.
int show_status(request_rec* r, int flags) noexcept;

}  // namespace uzmfa
