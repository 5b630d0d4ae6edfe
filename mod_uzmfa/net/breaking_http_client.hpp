// SPDX-License-Identifier: Apache-2.0
// Calls that a circuit breaker lets through.
#pragma once

#include "net/circuit_breaker.hpp"
#include "net/http_client.hpp"

namespace uzmfa {

// While the breaker is open a call fails at once, with the rest of the pause to try again after. No
// answer and a 5xx are failures of the provider; any other answer is a success, and so is a 429: it locks
// out one user, not the provider.
//
// `inner` makes every call that it is given. What a call has to wait for on our own side belongs before
// this one (QueueingHttpClient): it would count as a silence of the provider.
class BreakingHttpClient final : public HttpClient {
public:
    BreakingHttpClient(HttpClient& inner, CircuitBreaker& breaker) : inner_{inner}, breaker_{breaker} {}

    Result<HttpAnswer> send(const HttpRequest& request, Deadline deadline) override;

private:
    HttpClient& inner_;
    CircuitBreaker& breaker_;
};

}  // namespace uzmfa
