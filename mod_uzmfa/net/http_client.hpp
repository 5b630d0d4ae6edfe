// SPDX-License-Identifier: Apache-2.0
// Calls to a provider over HTTP.
#pragma once

#include "core/moment.hpp"
#include "core/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace uzmfa {

// When a call must be over, whatever has come by then.
using Deadline = std::chrono::steady_clock::time_point;

struct HttpRequest {
    enum class Method : std::uint8_t { get, post, remove } method = Method::get;
    std::string url;
    std::string form{};  // application/x-www-form-urlencoded; of a POST
};

struct HttpAnswer {
    int status = 0;
    std::string body{};
    std::string request_id{};               // as the provider names the request in its own log
    std::optional<seconds> retry_after{};
    std::optional<Moment> date{};           // the provider's clock
};

class HttpClient {
public:
    virtual ~HttpClient() = default;

    // The answer, whatever its status; an error (provider_unavailable) where none came in time, was too
    // large or ill-formed. Sent once, or not at all (provider_not_asked).
    virtual Result<HttpAnswer> send(const HttpRequest& request, Deadline deadline) = 0;
};

}  // namespace uzmfa
