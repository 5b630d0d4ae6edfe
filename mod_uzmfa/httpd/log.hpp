// SPDX-License-Identifier: Apache-2.0
// The module's lines in the error log: one event id a reason (docs/reference.md).
#pragma once

#include "core/outcome.hpp"
#include "httpd/httpd_api.hpp"
#include "httpd/service.hpp"

namespace uzmfa {

void log_outcome(request_rec* r, const Service& service, const Outcome& outcome);

}  // namespace uzmfa
