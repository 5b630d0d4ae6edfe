// SPDX-License-Identifier: Apache-2.0
// A form that the gate stops, and the request that becomes it again.
#pragma once

#include "core/kept_post.hpp"
#include "httpd/service.hpp"

#include <optional>

namespace uzmfa {

struct Visit;

// Reads what may be kept of a stopped request; nothing where there is no such thing.
std::optional<PostedForm> read_posted_form(request_rec* r, const Visit& visit, const Service& service);

// In place of the small form that asks for it, the request of a verified session becomes the kept one. DECLINED: it goes on,
// as the kept one, or as it was where it is no such form.
int send_kept_post(request_rec* r, const Service& service, const Visit& visit);

}  // namespace uzmfa
