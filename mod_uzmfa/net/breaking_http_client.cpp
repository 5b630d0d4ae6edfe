// SPDX-License-Identifier: Apache-2.0
#include "net/breaking_http_client.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

using Clock = Deadline::clock;  // CLOCK_MONOTONIC

milliseconds now() { return std::chrono::duration_cast<milliseconds>(Clock::now().time_since_epoch()); }

}  // namespace

Result<HttpAnswer> BreakingHttpClient::send(const HttpRequest& request, Deadline deadline) {
    if (deadline <= Clock::now()) {
        return Error{ErrorKind::provider_not_asked, "no time is left to call the provider"};
    }
    if (const auto pause = breaker_.wait_before_call(now())) {
        return Error{ErrorKind::provider_not_asked, "the provider did not answer lately and is not called for now",
                     std::max(std::chrono::ceil<seconds>(*pause), seconds{1})};
    }
    auto answer = inner_.send(request, deadline);
    if (answer && answer->status < 500) {
        breaker_.succeeded();
    } else {
        breaker_.failed(now());
    }
    return answer;
}

}  // namespace uzmfa
