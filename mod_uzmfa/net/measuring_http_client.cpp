// SPDX-License-Identifier: Apache-2.0
#include "net/measuring_http_client.hpp"

namespace uzmfa {
namespace {

CallMetrics::Result result_of(const Result<HttpAnswer>& answer) {
    if (!answer) return CallMetrics::no_answer;
    if (answer->status >= 500) return CallMetrics::server_error;
    if (answer->status >= 400) return CallMetrics::client_error;
    return answer->status >= 300 ? CallMetrics::redirection : CallMetrics::success;
}

}  // namespace

Result<HttpAnswer> MeasuringHttpClient::send(const HttpRequest& request, Deadline deadline) {
    auto answer = [&] {
        const Stopwatch watch{metrics_.durations};
        return inner_.send(request, deadline);
    }();
    metrics_.results[result_of(answer)].add();
    return answer;
}

}  // namespace uzmfa
