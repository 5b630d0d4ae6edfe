// SPDX-License-Identifier: Apache-2.0
#include "store/own_connection.hpp"

namespace uzmfa {
namespace {

// What libpq says of parameters that it cannot read may hold a part of the password; what it says of a connection does
// not.
std::string reason_in(const char* message) {
    const std::string_view text{message ? message : ""};
    for (const std::string_view start : {"connection to server", "could not translate host name"}) {
        if (text.starts_with(start)) return ": " + std::string{text.substr(0, text.find('\n'))};
    }
    return {};
}

}  // namespace

OwnConnection::OwnConnection(apr_pool_t* parent, std::string_view driver, std::string_view params)
    : pool_{nullptr}, driver_{driver}, params_{params} {
    apr_pool_create(&pool_, parent);
}

OwnConnection::~OwnConnection() {
    release();
    apr_pool_destroy(pool_);
}

Result<Connection> OwnConnection::acquire() {
    apr_dbd_init(pool_);
    const apr_dbd_driver_t* driver = nullptr;
    if (apr_dbd_get_driver(pool_, driver_.c_str(), &driver) != APR_SUCCESS) {
        return misconfigured("the database driver " + driver_ + " cannot be loaded");
    }
    apr_dbd_t* handle = nullptr;
    const char* message = nullptr;
    if (apr_dbd_open_ex(driver, pool_, params_.c_str(), &handle, &message) != APR_SUCCESS) {
        return Error{ErrorKind::unavailable, "the database cannot be opened" + reason_in(message)};
    }
    open_ = Connection{driver, handle, pool_, apr_hash_make(pool_)};
    return *open_;
}

// The pool's end does not close it.
void OwnConnection::release() {
    if (open_) apr_dbd_close(open_->driver, open_->handle);
    open_.reset();
    apr_pool_clear(pool_);
}

}  // namespace uzmfa
