// SPDX-License-Identifier: Apache-2.0
#include "net/queueing_http_client.hpp"
#include "test.hpp"

#include <stdexcept>
#include <thread>

namespace uzmfa::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

Deadline in(milliseconds time) { return Deadline::clock::now() + time; }

// Keeps its callers until it is released.
class Gate final : public HttpClient {
public:
    Result<HttpAnswer> send(const HttpRequest&, Deadline) override {
        std::unique_lock lock{mutex_};
        ++inside_;
        most_ = std::max(most_, inside_);
        changed_.notify_all();
        changed_.wait(lock, [this] { return is_released_; });
        --inside_;
        return HttpAnswer{.status = 200};
    }
    void release() {
        const std::lock_guard lock{mutex_};
        is_released_ = true;
        changed_.notify_all();
    }
    void wait_until_inside(std::size_t count) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this, count] { return inside_ == count; });
    }
    std::size_t most() {
        const std::lock_guard lock{mutex_};
        return most_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t inside_ = 0;
    std::size_t most_ = 0;
    bool is_released_ = false;
};

// Threads that make one call each.
class Callers {
public:
    explicit Callers(HttpClient& client) : client_{client} {}
    ~Callers() { join(); }

    void start(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            threads_.emplace_back([this] {
                const auto answer = client_.send({}, in(hours{1}));
                const std::lock_guard lock{mutex_};
                if (answer) {
                    ++answered_;
                } else {
                    failures_.push_back(answer.error().detail);
                }
                changed_.notify_all();
            });
        }
    }
    void wait_for_failures(std::size_t count) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this, count] { return failures_.size() >= count; });
    }
    void join() {
        for (auto& thread : threads_) thread.join();
        threads_.clear();
    }
    std::size_t answered() {
        const std::lock_guard lock{mutex_};
        return answered_;
    }
    std::vector<std::string> failures() {
        const std::lock_guard lock{mutex_};
        return failures_;
    }

private:
    HttpClient& client_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::thread> threads_;
    std::size_t answered_ = 0;
    std::vector<std::string> failures_;
};

TEST(a_burst_of_twice_as_many_is_answered_never_more_at_a_time) {
    Gate gate;
    QueueingHttpClient queue{gate, 4, hours{1}};
    Callers callers{queue};
    callers.start(8);
    gate.wait_until_inside(4);
    gate.release();
    callers.join();
    CHECK_EQUAL(callers.answered(), 8);
    CHECK_EQUAL(gate.most(), 4);
}

TEST(while_the_oldest_call_hangs_others_fail_at_once) {
    Gate gate;
    QueueingHttpClient queue{gate, 3, milliseconds{0}};
    Callers hanging{queue};
    hanging.start(3);
    gate.wait_until_inside(3);
    for (int i = 0; i < 20; ++i) {
        const auto error = ERROR_OF(queue.send({}, in(hours{1})));
        CHECK_EQUAL(error.kind, ErrorKind::provider_not_asked);
        CHECK_EQUAL(error.detail, "all 3 connections wait for the provider");
    }
    CHECK_EQUAL(hanging.answered(), 0);
    gate.release();
    hanging.join();
    CHECK_EQUAL(hanging.answered(), 3);
    CHECK_EQUAL(VALUE(queue.send({}, in(hours{1}))).status, 200);
}

TEST(whoever_waits_gives_up_when_the_patience_ends) {
    Gate gate;
    QueueingHttpClient queue{gate, 1, milliseconds{100}};
    Callers hanging{queue};
    hanging.start(1);
    gate.wait_until_inside(1);
    CHECK_EQUAL(ERROR_OF(queue.send({}, in(hours{1}))).detail, "all 1 connections wait for the provider");
    gate.release();
}

TEST(whoever_waits_gives_up_at_the_deadline) {
    Gate gate;
    QueueingHttpClient queue{gate, 1, hours{1}};
    Callers hanging{queue};
    hanging.start(1);
    gate.wait_until_inside(1);
    CHECK_EQUAL(ERROR_OF(queue.send({}, in(milliseconds{20}))).detail, "no time is left to call the provider");
    gate.release();
}

TEST(no_more_wait_than_there_are_calls) {
    Gate gate;
    QueueingHttpClient queue{gate, 3, hours{1}};
    Callers callers{queue};
    callers.start(7);
    callers.wait_for_failures(1);
    gate.release();
    callers.join();
    CHECK_EQUAL(callers.answered(), 6);
    CHECK_EQUAL(callers.failures(), std::vector<std::string>{"all 3 connections are taken, and as many callers wait"});
}

TEST(a_deadline_in_the_past_makes_no_call) {
    Gate gate;
    QueueingHttpClient queue{gate, 1};
    CHECK_EQUAL(ERROR_OF(queue.send({}, in(milliseconds{-1}))).kind, ErrorKind::provider_not_asked);
    CHECK_EQUAL(gate.most(), 0);
}

TEST(an_exception_gives_the_place_back) {
    struct Throwing final : HttpClient {
        Result<HttpAnswer> send(const HttpRequest&, Deadline) override { throw std::runtime_error{"no memory"}; }
    } throwing;
    QueueingHttpClient queue{throwing, 1, milliseconds{0}};
    for (int i = 0; i < 3; ++i) CHECK_THROWS(queue.send({}, in(hours{1})));
}

TEST(many_calls_of_many_threads_lose_no_place) {
    struct Counting final : HttpClient {
        Result<HttpAnswer> send(const HttpRequest&, Deadline) override {
            const int at_once = ++inside;
            for (int seen = most; at_once > seen && !most.compare_exchange_weak(seen, at_once);) continue;
            std::this_thread::yield();
            --inside;
            return HttpAnswer{.status = 200};
        }
        std::atomic<int> inside = 0;
        std::atomic<int> most = 0;
    } counting;
    QueueingHttpClient queue{counting, 4, hours{1}};
    std::atomic<int> failures = 0;
    std::vector<std::thread> running;
    for (int t = 0; t < 8; ++t) {
        running.emplace_back([&] {
            for (int i = 0; i < 500; ++i) failures += queue.send({}, in(hours{1})) ? 0 : 1;
        });
    }
    for (auto& thread : running) thread.join();
    CHECK_EQUAL(failures.load(), 0);
    CHECK(counting.most <= 4);
}

}  // namespace
}  // namespace uzmfa::test
