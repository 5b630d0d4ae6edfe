// SPDX-License-Identifier: Apache-2.0
// The page `health`: from memory, without a query.
#pragma once

#include "httpd/service.hpp"

namespace uzmfa {

// down: nobody can pass. degraded: the provider does not answer, so that nobody can verify.
enum class Health { ok, degraded, down };
Health health_of(const Service& service);

int write_health(request_rec* r, const Service& service);

}  // namespace uzmfa
