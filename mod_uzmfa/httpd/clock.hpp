// SPDX-License-Identifier: Apache-2.0
// The clock, for what is not about one request: that one goes by its own time.
#pragma once

#include "core/moment.hpp"
#include "httpd/httpd_api.hpp"

namespace uzmfa {

inline Moment now() { return from_unix_time(apr_time_sec(apr_time_now())); }

}  // namespace uzmfa
