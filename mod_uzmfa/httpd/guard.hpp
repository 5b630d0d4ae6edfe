// SPDX-License-Identifier: Apache-2.0
// The exception barrier of a request: httpd is C. What runs outside of requests has a catch at its own end.
#pragma once

#include "httpd/httpd_api.hpp"

#include <exception>

namespace uzmfa {

// Runs `body`. Whatever it throws is a bug or no memory: 500 and a log line, never a pass.
template <class Body>
int guarded(request_rec* r, const char* where, Body&& body) noexcept {
    try {
        return body();
    } catch (const std::exception& failure) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "UZMFA1090 %s failed: %s", where, failure.what());
    } catch (...) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "UZMFA1090 %s failed", where);
    }
    return HTTP_INTERNAL_SERVER_ERROR;
}

}  // namespace uzmfa
