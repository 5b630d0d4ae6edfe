// SPDX-License-Identifier: Apache-2.0
// The page `health`: from memory, without a query.
#pragma once

#include "httpd/service.hpp"

namespace uzmfa {

// down: nobody can pass. degraded: the provider does not answer, so that nobody can verify.
enum class Health { ok, degraded, down };
Health health_of(const Service& service);

std::string_view name_of(Health health);

// With details for those whom this place's UzmfaMetrics and Require allow them.
int write_health(request_rec* r, const Service& service);

}  // namespace uzmfa
