// SPDX-License-Identifier: Apache-2.0
// Where httpd calls the module.
#pragma once

#include "httpd/httpd_api.hpp"

namespace uzmfa {

void register_hooks(apr_pool_t* pool);

}  // namespace uzmfa
