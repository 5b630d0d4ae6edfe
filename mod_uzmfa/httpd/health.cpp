// SPDX-License-Identifier: Apache-2.0
#include "httpd/health.hpp"

#include "httpd/clock.hpp"
#include "httpd/own_pages.hpp"
#include "httpd/write_outcome.hpp"
#include "store/node_name.hpp"
#include "view/json.hpp"

namespace uzmfa {
namespace {

void add_details(JsonObject& health, const Service& service) {
    const auto& memory = service.memory();
    const auto* const provider = service.provider();
    const auto number = [](std::size_t value) { return static_cast<std::int64_t>(value); };
    health.add("node", node_name())
        .add("database", service.source().fails ? "down" : "up")
        .add("provider", provider ? name_of(provider->state().breaker.state()) : "")
        .add("ended_sessions", number(memory.revocations.count(now())))
        .add("ended_sessions_limit", number(RevocationTable::slot_count))
        .add("ended_sessions_complete", memory.revocations.is_complete(now()))
        .add("owed_revocations", number(memory.count_of_owed()));
}

}  // namespace

std::string_view name_of(Health health) {
    switch (health) {
        case Health::ok: return "ok";
        case Health::degraded: return "degraded";
        case Health::down: break;
    }
    return "down";
}

Health health_of(const Service& service) {
    if (service.is_broken() || !service.source().read || service.source().fails) return Health::down;
    const auto* const provider = service.provider();
    const bool answers = !provider || provider->state().breaker.state() == CircuitBreaker::State::closed;
    return answers ? Health::ok : Health::degraded;
}

int write_health(request_rec* r, const Service& service) {
    const Health health = health_of(service);
    JsonObject json;
    json.add("status", name_of(health));
    if (sees_details(r)) add_details(json, service);
    r->status = health == Health::down ? HTTP_SERVICE_UNAVAILABLE : HTTP_OK;
    return write_asset(r, service, {"application/json", text_of(json.take())});
}

}  // namespace uzmfa
