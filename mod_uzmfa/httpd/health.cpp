// SPDX-License-Identifier: Apache-2.0
#include "httpd/health.hpp"

#include "httpd/write_outcome.hpp"

namespace uzmfa {
namespace {

std::string_view json_of(Health health) {
    switch (health) {
        case Health::ok: return R"({"status":"ok"})";
        case Health::degraded: return R"({"status":"degraded"})";
        case Health::down: break;
    }
    return R"({"status":"down"})";
}

}  // namespace

Health health_of(const Service& service) {
    if (service.is_broken() || !service.source().read || service.source().fails) return Health::down;
    const auto* const provider = service.provider();
    const bool answers = !provider || provider->state().breaker.state() == CircuitBreaker::State::closed;
    return answers ? Health::ok : Health::degraded;
}

int write_health(request_rec* r, const Service& service) {
    const Health health = health_of(service);
    r->status = health == Health::down ? HTTP_SERVICE_UNAVAILABLE : HTTP_OK;
    return write_asset(r, service, {"application/json", std::string{json_of(health)}});
}

}  // namespace uzmfa
