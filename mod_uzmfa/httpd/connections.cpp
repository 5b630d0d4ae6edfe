// SPDX-License-Identifier: Apache-2.0
#include "httpd/connections.hpp"

#include <mutex>

namespace uzmfa {
namespace {

constexpr std::int64_t longest_try = 15'000;  // milliseconds, should the one who tries die

// mod_dbd connects one at a time in any case. Who waits here learns that the one before has failed, instead of waiting
// as long once more.
std::mutex opening;

Error no_answer() { return {ErrorKind::unavailable, "the database does not answer"}; }

bool may_try(NodeMemory::Source& source) {
    const auto now = apr_time_as_msec(apr_time_now());
    std::int64_t until = source.tried_until.load();
    return until <= now && source.tried_until.compare_exchange_strong(until, now + longest_try);
}

}  // namespace

Result<Connection> DbdConnections::acquire() {
    const bool failed = source_.fails;
    if (failed && !may_try(source_)) return no_answer();
    const std::lock_guard waits{opening};
    if (!failed && source_.fails) return no_answer();
    const auto open = APR_RETRIEVE_OPTIONAL_FN(ap_dbd_open);
    borrowed_ = open ? open(pool_, server_) : nullptr;
    source_.fails = !borrowed_;
    source_.tried_until = 0;
    if (!borrowed_) source_.failures.add();
    if (!borrowed_) return Error{ErrorKind::unavailable, "mod_dbd gives no connection"};
    return Connection{borrowed_->driver, borrowed_->handle, borrowed_->pool, borrowed_->prepared};
}

void DbdConnections::release() {
    const auto close = APR_RETRIEVE_OPTIONAL_FN(ap_dbd_close);
    if (close && borrowed_) close(server_, borrowed_);
    borrowed_ = nullptr;
}

void DbdConnections::lose() {
    source_.fails = true;
    source_.failures.add();
}

}  // namespace uzmfa
