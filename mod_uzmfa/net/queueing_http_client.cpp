// SPDX-License-Identifier: Apache-2.0
#include "net/queueing_http_client.hpp"

#include <algorithm>
#include <iterator>
#include <memory>

namespace uzmfa {
namespace {

using Clock = Deadline::clock;

Error not_asked(std::string detail) {
    return {ErrorKind::provider_not_asked, std::move(detail), seconds{5}};
}

}  // namespace

Result<HttpAnswer> QueueingHttpClient::send(const HttpRequest& request, Deadline deadline) {
    const auto call = begin(deadline);
    if (!call) return call.error();
    const auto at_the_end = [this](const Begun::iterator* begun) { end(*begun); };
    const std::unique_ptr<const Begun::iterator, decltype(at_the_end)> ending{&*call, at_the_end};
    return inner_.send(request, deadline);
}

Result<QueueingHttpClient::Begun::iterator> QueueingHttpClient::begin(Deadline deadline) {
    std::unique_lock lock{mutex_};
    const auto are_all_taken = [this] { return begun_.size() >= calls_; };
    if (are_all_taken() && waiting_ >= calls_) {
        return not_asked("all " + std::to_string(calls_) + " connections are taken, and as many callers wait");
    }
    ++waiting_;
    while (are_all_taken()) {
        const auto end_of_patience = begun_.front() + patience_;
        if (std::min(deadline, end_of_patience) <= Clock::now()) break;
        ended_.wait_until(lock, std::min(deadline, end_of_patience));
    }
    --waiting_;
    if (deadline <= Clock::now()) return not_asked("no time is left to call the provider");
    if (are_all_taken()) {
        return not_asked("all " + std::to_string(calls_) + " connections wait for the provider");
    }
    begun_.push_back(Clock::now());
    return std::prev(begun_.end());
}

void QueueingHttpClient::end(Begun::iterator call) {
    {
        const std::lock_guard lock{mutex_};
        begun_.erase(call);
    }
    ended_.notify_all();  // whoever is woken may have no time left
}

}  // namespace uzmfa
