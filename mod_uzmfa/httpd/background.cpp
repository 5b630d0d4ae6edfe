// SPDX-License-Identifier: Apache-2.0
#include "httpd/background.hpp"

namespace uzmfa {
namespace {

// Shared by those who have borrowed; taken for good by the end of the child.
std::shared_mutex lending;

apr_status_t lend_no_more(void*) noexcept {
    lending.lock();
    return APR_SUCCESS;
}

}  // namespace

bool schedule(apr_pool_t* config, server_rec* main, const char* name, apr_interval_time_t every,
              apr_status_t (*callback)(int, void*, apr_pool_t*)) {
    const auto instance = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_get_instance);
    const auto register_callback = APR_RETRIEVE_OPTIONAL_FN(ap_watchdog_register_callback);
    ap_watchdog_t* watchdog = nullptr;
    return instance && register_callback && instance(&watchdog, name, 0, 0, config) == APR_SUCCESS &&
           register_callback(watchdog, every, main, callback) == APR_SUCCESS;
}

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
