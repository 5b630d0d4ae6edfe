// SPDX-License-Identifier: Apache-2.0
// Warns at the start of what the sections leave open (core/layout).
#pragma once

#include "httpd/httpd_api.hpp"

namespace uzmfa {

void warn_of_unguarded_ways(apr_pool_t* temporary) noexcept;

}  // namespace uzmfa
