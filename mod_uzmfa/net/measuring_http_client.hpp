// SPDX-License-Identifier: Apache-2.0
// Calls that are counted and timed.
#pragma once

#include "core/metrics.hpp"
#include "net/http_client.hpp"

namespace uzmfa {

// Around whoever makes each call that he is given: a wait of our own is not the provider's.
class MeasuringHttpClient final : public HttpClient {
public:
    MeasuringHttpClient(HttpClient& inner, CallMetrics& metrics) : inner_{inner}, metrics_{metrics} {}

    Result<HttpAnswer> send(const HttpRequest& request, Deadline deadline) override;

private:
    HttpClient& inner_;
    CallMetrics& metrics_;
};

}  // namespace uzmfa
