// SPDX-License-Identifier: Apache-2.0
#include "httpd/connections.hpp"

namespace uzmfa {

Result<Connection> DbdConnections::acquire() {
    const auto open = APR_RETRIEVE_OPTIONAL_FN(ap_dbd_open);
    borrowed_ = open ? open(pool_, server_) : nullptr;
    if (!borrowed_) return Error{ErrorKind::unavailable, "mod_dbd gives no connection"};
    return Connection{borrowed_->driver, borrowed_->handle, borrowed_->pool, borrowed_->prepared};
}

void DbdConnections::release() {
    const auto close = APR_RETRIEVE_OPTIONAL_FN(ap_dbd_close);
    if (close && borrowed_) close(server_, borrowed_);
    borrowed_ = nullptr;
}

}  // namespace uzmfa
