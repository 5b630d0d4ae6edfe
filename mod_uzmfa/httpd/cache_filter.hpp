// SPDX-License-Identifier: Apache-2.0
// Keeps gated answers out of shared caches.
#pragma once

#include "httpd/httpd_api.hpp"

namespace uzmfa {

void register_cache_filter();

// Sees to it that this request's answer says `Cache-Control: private`, or what is stricter, whatever
// the application says, and that mod_cache in this server leaves it alone.
void keep_out_of_caches(request_rec* r);

// For httpd's own answers, a 404 say: they drop the filters that the request had.
void keep_error_out_of_caches(request_rec* r) noexcept;
// For the document that stands in for such an answer, wherever it is.
void keep_error_document_out_of_caches(request_rec* r) noexcept;

}  // namespace uzmfa
