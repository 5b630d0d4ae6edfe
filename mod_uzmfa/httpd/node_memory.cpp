// SPDX-License-Identifier: Apache-2.0
#include "httpd/node_memory.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>

namespace uzmfa {
namespace {

constexpr std::int64_t alarm_interval = 60;  // seconds

// FNV-1a: stable over restarts, where the module is loaded anew.
std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash ? hash : 1;
}

template <class Slot>
Slot* slot_named(std::span<Slot> slots, std::string_view name) {
    const auto hash = hash_of(name);
    for (auto& slot : slots) {
        if (slot.name == 0) slot.name = hash;
        if (slot.name == hash) return &slot;
    }
    return nullptr;
}

}  // namespace

NodeMemory::Source* NodeMemory::source_named(std::string_view name) { return slot_named<Source>(sources, name); }
NodeMemory::Provider* NodeMemory::provider_named(std::string_view name) { return slot_named<Provider>(providers, name); }

bool NodeMemory::owe(const Source& source, const SessionId& session, const Uuid& user, Moment until) {
    for (auto& owed : owed_revocations) {
        std::uint32_t state = OwedRevocation::free;
        if (!owed.state.compare_exchange_strong(state, OwedRevocation::writing)) continue;
        owed.source = source.name;
        owed.session = session;
        owed.user = user;
        owed.until = unix_time(until);
        owed.state = OwedRevocation::owed;
        return true;
    }
    return false;
}

std::size_t NodeMemory::count_of_owed() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(owed_revocations, [](const auto& owed) { return owed.state == OwedRevocation::owed; }));
}

bool NodeMemory::may_raise(Alarm alarm, Moment now) {
    auto& last_line = last_alarm[static_cast<std::size_t>(alarm)];
    std::int64_t last = last_line.load();
    return unix_time(now) - last >= alarm_interval && last_line.compare_exchange_strong(last, unix_time(now));
}

Result<NodeMemory*> node_memory(process_rec* process) {
    // A new version of the module, loaded at a graceful restart, must not find what an older one made.
    const auto key = "uzmfa_node_memory " + std::to_string(sizeof(NodeMemory));
    void* found = nullptr;
    apr_pool_userdata_get(&found, key.c_str(), process->pool);
    if (found) return static_cast<NodeMemory*>(found);

    apr_shm_t* memory = nullptr;
    if (apr_shm_create(&memory, sizeof(NodeMemory), nullptr, process->pool) != APR_SUCCESS) {
        return misconfigured("shared memory cannot be had");
    }
    // All zero bytes are the empty table: atomics of integers need no constructor here.
    void* const base = apr_shm_baseaddr_get(memory);
    std::memset(base, 0, sizeof(NodeMemory));
    // Copies the key: the pool outlives this library, which a restart loads anew, perhaps elsewhere.
    apr_pool_userdata_set(base, key.c_str(), nullptr, process->pool);
    return static_cast<NodeMemory*>(base);
}

}  // namespace uzmfa
