// SPDX-License-Identifier: Apache-2.0
// What happens before there are children.
#pragma once

#include "httpd/httpd_api.hpp"

namespace uzmfa {

// Also on `httpd -t`: builds the services; a complaint that names the directive stops the start.
int check_config(apr_pool_t* config, apr_pool_t* log, apr_pool_t* temporary, server_rec* main) noexcept;

// Looks into the databases. What is missing stops a first start; at a graceful restart it would end the
// running server, so there the gated places answer 503.
int post_config(apr_pool_t* config, apr_pool_t* log, apr_pool_t* temporary, server_rec* main) noexcept;

}  // namespace uzmfa
