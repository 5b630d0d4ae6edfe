// SPDX-License-Identifier: Apache-2.0
// A provider that answers from a list, and keeps what it was asked.
#pragma once

#include "net/http_client.hpp"

#include <deque>
#include <functional>
#include <vector>

namespace uzmfa::test {

inline Error no_answer() { return {ErrorKind::provider_unavailable, "no answer"}; }
inline Error not_asked() { return {ErrorKind::provider_not_asked, "not asked"}; }

class FakeHttpClient final : public HttpClient {
public:
    using Reply = Result<HttpAnswer>;

    std::deque<Reply> replies;  // the first ones; then
    std::function<Reply(const HttpRequest&)> otherwise = [](const HttpRequest&) -> Reply { return no_answer(); };
    std::vector<HttpRequest> sent;
    std::vector<Deadline> deadlines;

    Reply send(const HttpRequest& request, Deadline deadline) override {
        sent.push_back(request);
        deadlines.push_back(deadline);
        if (replies.empty()) return otherwise(request);
        Reply reply = std::move(replies.front());
        replies.pop_front();
        return reply;
    }
};

}  // namespace uzmfa::test
