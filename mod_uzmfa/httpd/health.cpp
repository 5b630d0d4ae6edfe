// SPDX-License-Identifier: Apache-2.0
#include "httpd/health.hpp"

#include "httpd/clock.hpp"
#include "httpd/own_pages.hpp"
#include "httpd/write_outcome.hpp"
#include "store/node_name.hpp"

#include <jansson.h>

#include <cstdlib>

namespace uzmfa {
namespace {

using Json = std::unique_ptr<json_t, decltype(&json_decref)>;

void add_details(json_t* health, const Service& service) {
    const auto& memory = service.memory();
    const auto* const provider = service.provider();
    const char* const breaker = provider ? name_of(provider->state().breaker.state()).data() : nullptr;
    const auto add = [&](const char* name, json_t* value) { json_object_set_new(health, name, value); };
    const auto number = [](std::size_t value) { return json_integer(static_cast<json_int_t>(value)); };
    add("node", json_string(node_name().c_str()));
    add("database", json_string(service.source().fails ? "down" : "up"));
    add("provider", breaker ? json_string(breaker) : json_null());
    add("ended_sessions", number(memory.revocations.count(now())));
    add("ended_sessions_limit", number(RevocationTable::slot_count));
    add("ended_sessions_complete", json_boolean(memory.revocations.is_complete(now())));
    add("owed_revocations", number(memory.count_of_owed()));
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
    const Json json{json_pack("{s:s}", "status", name_of(health).data()), json_decref};
    if (sees_details(r)) add_details(json.get(), service);
    const std::unique_ptr<char, decltype(&std::free)> text{json_dumps(json.get(), JSON_COMPACT), std::free};
    if (!text) throw std::bad_alloc{};
    r->status = health == Health::down ? HTTP_SERVICE_UNAVAILABLE : HTTP_OK;
    return write_asset(r, service, {"application/json", std::string{text.get()}});
}

}  // namespace uzmfa
