// SPDX-License-Identifier: Apache-2.0
#include "net/breaking_http_client.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

using State = CircuitBreaker::State;

struct FakeClient final : HttpClient {
    Result<HttpAnswer> send(const HttpRequest& request, Deadline) override {
        ++calls;
        last = request;
        return answer;
    }
    Result<HttpAnswer> answer = HttpAnswer{.status = 200};
    HttpRequest last{};
    int calls = 0;
};

const Result<HttpAnswer> silence = Error{ErrorKind::provider_unavailable, "silence"};

Deadline soon() { return Deadline::clock::now() + seconds{60}; }
milliseconds now() { return std::chrono::duration_cast<milliseconds>(Deadline::clock::now().time_since_epoch()); }

struct Scene {
    FakeClient inner{};
    CircuitBreaker breaker{};
    BreakingHttpClient client{inner, breaker};

    Result<HttpAnswer> send() { return client.send({.url = "https://provider.example/"}, soon()); }
};

TEST(a_call_and_its_answer_pass_as_they_are) {
    Scene scene;
    scene.inner.answer = HttpAnswer{.status = 201, .body = "{}", .request_id = "RQ1"};
    const auto answer =
        VALUE(scene.client.send({HttpRequest::Method::post, "https://provider.example/a", "b=c"}, soon()));
    CHECK_EQUAL(answer.status, 201);
    CHECK_EQUAL(answer.body, "{}");
    CHECK_EQUAL(answer.request_id, "RQ1");
    CHECK_EQUAL(scene.inner.last.url, "https://provider.example/a");
    CHECK_EQUAL(scene.inner.last.form, "b=c");
}

TEST(silence_and_5xx_open_the_breaker) {
    for (const Result<HttpAnswer>& answer :
         {silence, Result<HttpAnswer>{HttpAnswer{.status = 500}}, Result<HttpAnswer>{HttpAnswer{.status = 503}}}) {
        const Case at{answer ? std::to_string(answer->status) : "silence"};
        Scene scene;
        scene.inner.answer = answer;
        for (int i = 0; i < 5; ++i) CHECK_EQUAL(static_cast<bool>(scene.send()), static_cast<bool>(answer));
        CHECK_EQUAL(scene.breaker.state(), State::open);
    }
}

TEST(no_other_status_opens_the_breaker) {
    for (const int status : {200, 204, 302, 400, 401, 403, 404, 409, 429, 499}) {
        const Case at{std::to_string(status)};
        Scene scene;
        scene.inner.answer = HttpAnswer{.status = status, .retry_after = seconds{3600}};
        for (int i = 0; i < 20; ++i) CHECK_EQUAL(VALUE(scene.send()).status, status);
        CHECK_EQUAL(scene.breaker.state(), State::closed);
    }
}

TEST(while_it_is_open_no_call_is_made_and_the_rest_of_the_pause_is_said) {
    Scene scene;
    scene.inner.answer = silence;
    for (int i = 0; i < 5; ++i) static_cast<void>(ERROR_OF(scene.send()));
    const auto error = ERROR_OF(scene.send());
    CHECK_EQUAL(scene.inner.calls, 5);
    CHECK_EQUAL(error.kind, ErrorKind::provider_not_asked);
    CHECK(error.retry_after >= seconds{1} && error.retry_after <= seconds{5});
}

TEST(a_probe_that_is_answered_lets_all_through_again) {
    Scene scene;
    for (int i = 0; i < 5; ++i) scene.breaker.failed(now() - seconds{5});
    CHECK_EQUAL(VALUE(scene.send()).status, 200);
    CHECK_EQUAL(scene.breaker.state(), State::closed);
}

TEST(a_probe_that_is_not_answered_opens_it_again) {
    Scene scene;
    for (int i = 0; i < 5; ++i) scene.breaker.failed(now() - seconds{5});
    scene.inner.answer = silence;
    CHECK_EQUAL(ERROR_OF(scene.send()).detail, "silence");
    CHECK_EQUAL(scene.breaker.state(), State::open);
    CHECK_LACKS(ERROR_OF(scene.send()).detail, "silence");
}

TEST(a_call_without_time_is_neither_made_nor_a_probe_nor_a_failure) {
    Scene scene;
    for (int i = 0; i < 5; ++i) scene.breaker.failed(now() - seconds{5});
    const auto error = ERROR_OF(scene.client.send({}, Deadline::clock::now()));
    CHECK_EQUAL(error.kind, ErrorKind::provider_not_asked);
    CHECK_EQUAL(scene.inner.calls, 0);
    CHECK_EQUAL(scene.breaker.state(), State::open);
}

}  // namespace
}  // namespace uzmfa::test
