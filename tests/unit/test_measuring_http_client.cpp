// SPDX-License-Identifier: Apache-2.0
#include "fake_http_client.hpp"
#include "net/measuring_http_client.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

TEST(each_call_is_counted_by_what_came_of_it_and_timed) {
    FakeHttpClient inner;
    CallMetrics metrics{};
    MeasuringHttpClient client{inner, metrics};
    for (const int status : {200, 204, 302, 404, 429, 503}) inner.replies.emplace_back(HttpAnswer{.status = status});
    inner.replies.emplace_back(no_answer());
    const auto soon = Deadline::clock::now() + seconds{60};
    for (std::size_t i = 0; i < 7; ++i) static_cast<void>(client.send({.url = "https://provider.example/"}, soon));
    const std::uint64_t counted[] = {2, 1, 2, 1, 1};
    for (std::size_t i = 0; i < CallMetrics::result_count; ++i) CHECK_EQUAL(metrics.results[i].value(), counted[i]);
    CHECK_EQUAL(metrics.durations.count_up_to(Histogram::bounds.size()), 7u);
    CHECK_EQUAL(inner.deadlines.back(), soon);
}

}  // namespace
}  // namespace uzmfa::test
