// SPDX-License-Identifier: Apache-2.0
// The body of a request: read up to a bound, or another one given in its place.
#pragma once

#include "httpd/httpd_api.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace uzmfa {

// By Content-Length, in bytes; one that is no number is longer than any bound.
std::optional<apr_off_t> announced_length(const request_rec* r);

// By Content-Type, whatever its parameters.
bool is_of_type(const request_rec* r, std::string_view media_type);
bool is_form(const request_rec* r);

struct RequestBody {
    enum class Input : std::uint8_t { whole, failed, too_large } input = Input::whole;
    std::string bytes;
};

// Reads it to its end where it has `most` bytes at most; what is known to be larger is not read.
RequestBody read_body(request_rec* r, std::size_t most);

// Reads and forgets what is left, up to a bound: over HTTP/2 and to some browsers an answer does not get through else.
void skip_body(request_rec* r);

// Whoever reads the body from now on gets this one, in this request and those that httpd redirects it to.
void give_body(request_rec* r, std::string body);

void register_given_body();
// Hook: a redirect within httpd loses the filter.
void keep_given_body(request_rec* r) noexcept;

}  // namespace uzmfa
