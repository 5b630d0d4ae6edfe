// SPDX-License-Identifier: Apache-2.0
// The clock. A gated request and those it leads to go by the moment at which its session was looked at (BrowserSession).
#pragma once

#include "core/moment.hpp"
#include "httpd/httpd_api.hpp"

namespace uzmfa {

inline Moment now() { return from_unix_time(apr_time_sec(apr_time_now())); }

}  // namespace uzmfa
