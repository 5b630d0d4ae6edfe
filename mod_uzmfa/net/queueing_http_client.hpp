// SPDX-License-Identifier: Apache-2.0
// Bounds how many calls there are at a time, and how many threads wait for one.
#pragma once

#include "net/http_client.hpp"

#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>

namespace uzmfa {

// At most `calls` at a time, of this process; any number of threads may use it. When all are taken, a
// caller waits only while the provider seems to answer: until its deadline, or until the oldest call has
// lasted longer than `patience`; then it fails at once. So a burst in front of a provider that answers
// queues briefly, and in front of one that hangs no more than `calls` threads stay.
//
// At most `calls` callers wait: more would wait for several answers one after the other, and would have
// too little left of their deadline for their own.
class QueueingHttpClient final : public HttpClient {
public:
    QueueingHttpClient(HttpClient& inner, std::size_t calls,
                       std::chrono::milliseconds patience = std::chrono::seconds{1})
        : inner_{inner}, calls_{calls}, patience_{patience} {}

    Result<HttpAnswer> send(const HttpRequest& request, Deadline deadline) override;

private:
    using Begun = std::list<Deadline::clock::time_point>;  // calls under way, the oldest first
    Result<Begun::iterator> begin(Deadline deadline);
    void end(Begun::iterator call);

    HttpClient& inner_;
    const std::size_t calls_;
    const std::chrono::milliseconds patience_;
    std::mutex mutex_;
    std::condition_variable ended_;
    Begun begun_;
    std::size_t waiting_ = 0;
};

}  // namespace uzmfa
