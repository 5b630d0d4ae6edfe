// SPDX-License-Identifier: Apache-2.0
#include "httpd/background.hpp"

#include "httpd/pool.hpp"
#include "httpd/service.hpp"

#include <exception>

namespace uzmfa {
namespace {

std::atomic<bool> ends{false};

// Shared by those who have borrowed; taken for good by the end of the child.
std::shared_mutex lending;

apr_status_t lend_no_more(void*) noexcept {
    lending.lock();
    return APR_SUCCESS;
}

std::int64_t now_ms() { return apr_time_as_msec(apr_time_now()); }

bool take_turn(const Chore& chore, const Service& service) {
    auto& turn = chore.turn(service);
    const auto now = now_ms();
    auto until = turn.load();
    return until <= now && turn.compare_exchange_strong(until, now + chore.longest_turn);
}

struct Scheduled {
    const Chore& chore;
    server_rec* main;
};

apr_status_t look(int state, void* data, apr_pool_t* pool) noexcept {
    const auto& [chore, main] = *static_cast<const Scheduled*>(data);
    if (state == AP_WATCHDOG_STATE_STOPPING) ends = true;
    if (state != AP_WATCHDOG_STATE_RUNNING) return APR_SUCCESS;
    try {
        for (server_rec* server = main; server; server = server->next) {
            const Service* const service = site_settings(server).service;
            if (!service || service->is_broken() || !chore.concerns(*service) || !take_turn(chore, *service)) continue;
            chore.work(pool, server, *service);
            chore.turn(*service) = now_ms() + chore.pause;
        }
    } catch (const std::exception& failure) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, main, "UZMFA1090 %s failed: %s", chore.name, failure.what());
    }
    return APR_SUCCESS;
}

}  // namespace

bool is_any_service(server_rec* main, bool (*is_meant)(const Service&)) {
    for (server_rec* server = main; server; server = server->next) {
        const Service* const service = site_settings(server).service;
        if (service && is_meant(*service)) return true;
    }
    return false;
}

bool schedule(const Chore& chore, apr_pool_t* config, server_rec* main) noexcept {
    if (!is_any_service(main, chore.concerns)) return true;
    const auto instance = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance);
    const auto register_callback = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback);
    ap_watchdog_t* watchdog = nullptr;
    return instance && register_callback && instance(&watchdog, chore.name, 0, 0, config) == APR_SUCCESS &&
           register_callback(watchdog, chore.interval, make_in<Scheduled>(config, chore, main), look) == APR_SUCCESS;
}

void prolong(const Chore& chore, const Service& service) { chore.turn(service) = now_ms() + chore.longest_turn; }

const std::atomic<bool>& child_ends() noexcept { return ends; }

Result<Connection> BackgroundConnections::acquire() {
    std::shared_lock lent{lending, std::try_to_lock};
    if (!lent) return Error{ErrorKind::unavailable, "the process ends"};
    auto connection = connections_.acquire();
    if (connection) lent_ = std::move(lent);
    return connection;
}

void BackgroundConnections::release() {
    connections_.release();
    if (lent_) lent_.unlock();
}

void prepare_background(apr_pool_t* child, server_rec* main) noexcept {
    // A child of prefork counts on being one thread: the allocator that the pools of mod_watchdog's threads share with those
    // of its requests has no lock. Nested, since such a child may end in the handler of a signal.
    apr_allocator_t* const allocator = apr_pool_allocator_get(child);
    if (!apr_allocator_mutex_get(allocator)) {
        apr_thread_mutex_t* mutex = nullptr;
        const auto status = apr_thread_mutex_create(&mutex, APR_THREAD_MUTEX_NESTED, child);
        if (status == APR_SUCCESS) apr_allocator_mutex_set(allocator, mutex);
        else ap_log_error(APLOG_MARK, APLOG_CRIT, status, main, "UZMFA1090 the pools of a child have no lock");
    }
    // Before mod_dbd's pools go, which are below that of the child.
    apr_pool_pre_cleanup_register(child, nullptr, lend_no_more);
}

}  // namespace uzmfa
