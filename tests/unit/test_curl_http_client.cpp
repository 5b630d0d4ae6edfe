// SPDX-License-Identifier: Apache-2.0
#include "net/curl_http_client.hpp"
#include "net/queueing_http_client.hpp"
#include "scripted_server.hpp"
#include "test.hpp"

#include <curl/curl.h>
#include <dlfcn.h>
#include <netdb.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <condition_variable>

namespace uzmfa::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using Method = HttpRequest::Method;

constexpr std::string_view slow_name = "slow.test";
constexpr seconds time_of_slow_name{3};

struct Libcurl {
    Libcurl() { curl_global_init(CURL_GLOBAL_DEFAULT); }
    ~Libcurl() { curl_global_cleanup(); }
};

Deadline in(milliseconds time) { return Deadline::clock::now() + time; }
Deadline soon() { return in(seconds{60}); }

CurlHttpClient::Options options() {
    return {.user = "SKuser", .password = secret_bytes("pass:word \xc3\xa4"), .ca_file = {}, .loopback = true};
}

std::string reply(std::string_view body, std::string_view headers = {}, std::string_view status = "200 OK") {
    return "HTTP/1.1 " + std::string{status} + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string{headers} + "\r\n" + std::string{body};
}

ScriptedServer::Script always(std::string text) {
    return [text = std::move(text)](Peer& peer, const std::string&) { return peer.write(text); };
}
ScriptedServer::Script once(std::string text) {
    return [text = std::move(text)](Peer& peer, const std::string&) {
        peer.write(text);
        return false;
    };
}

// A client and a server that goes by a script.
struct Scene {
    explicit Scene(ScriptedServer::Script script) : server{std::move(script)} {}

    Result<HttpAnswer> get(Deadline deadline = soon()) { return client.send({.url = server.url() + "/a"}, deadline); }
    Result<HttpAnswer> post(std::string form) {
        return client.send({Method::post, server.url() + "/a", std::move(form)}, soon());
    }
    std::string failure(Deadline deadline = soon()) {
        const auto error = ERROR_OF(get(deadline));
        CHECK_EQUAL(error.kind, ErrorKind::provider_unavailable);
        for (const auto part : {"127.0.0.1", "http:", "/a", "SKuser", "word"}) CHECK_LACKS(error.detail, part);
        return error.detail;
    }

    Libcurl libcurl{};
    ScriptedServer server;
    CurlHttpClient client{options()};
};

// Lets the server's threads go on when the test says so.
class Latch {
public:
    void open() {
        const std::lock_guard lock{mutex_};
        is_open_ = true;
        changed_.notify_all();
    }
    void wait() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return is_open_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_open_ = false;
};

void wait_until(const std::function<bool()>& is_so) {
    while (!is_so()) std::this_thread::yield();
}

// --- what is sent ---

TEST(a_get_sends_the_credentials_and_what_it_accepts_and_nothing_else) {
    Scene scene{always(reply("{}"))};
    CHECK_EQUAL(VALUE(scene.get()).body, "{}");
    CHECK_EQUAL(scene.server.requests().at(0),
                "GET /a HTTP/1.1\r\n"
                "Host: " + scene.server.url().substr(7) + "\r\n"
                "Authorization: Basic U0t1c2VyOnBhc3M6d29yZCDDpA==\r\n"
                "User-Agent: mod_uzmfa\r\n"
                "Accept: application/json\r\n\r\n");
}

TEST(a_form_is_sent_to_the_byte) {
    Scene scene{always(reply("{}", {}, "201 Created"))};
    const std::string large(300'000, 'x');
    for (const std::string& form : {std::string{"FriendlyName=%C3%A4+b&Config.Alg=sha1"}, std::string{}, large}) {
        CHECK_EQUAL(VALUE(scene.post(form)).status, 201);
        const auto request = scene.server.requests().back();
        CHECK(request.starts_with("POST /a HTTP/1.1\r\n"));
        CHECK_CONTAINS(request, "\r\nContent-Type: application/x-www-form-urlencoded\r\n");
        CHECK_CONTAINS(request, "\r\nContent-Length: " + std::to_string(form.size()) + "\r\n");
        CHECK_LACKS(request, "Expect");
        CHECK(request.substr(request.find("\r\n\r\n") + 4) == form);
    }
}

TEST(methods_follow_each_other_on_one_connection) {
    Scene scene{[](Peer& peer, const std::string& request) {
        return peer.write(request.starts_with("DELETE") ? "HTTP/1.1 204 No Content\r\n\r\n" : reply("{}"));
    }};
    const auto remove = [&] { return VALUE(scene.client.send({Method::remove, scene.server.url() + "/a"}, soon())); };
    CHECK_EQUAL(remove().status, 204);
    CHECK_EQUAL(VALUE(scene.post("a=b")).status, 200);
    CHECK_EQUAL(VALUE(scene.get()).status, 200);
    CHECK_EQUAL(remove().body, "");
    std::string methods;
    for (const auto& request : scene.server.requests()) methods += request.substr(0, request.find('/'));
    CHECK_EQUAL(methods, "DELETE POST GET DELETE ");
    CHECK_LACKS(scene.server.requests().at(2), "Content-");
    CHECK_EQUAL(scene.server.connections(), 1);
}

TEST(no_proxy_of_the_environment_is_used_for_loopback) {
    for (const auto* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"}) {
        setenv(name, "http://127.0.0.1:1", 1);
    }
    Scene scene{always(reply("{}"))};
    CHECK_EQUAL(VALUE(scene.get()).status, 200);
}

TEST(no_cookie_comes_back) {
    Scene scene{always(reply("{}", "Set-Cookie: a=b\r\n"))};
    CHECK(scene.get() && scene.get());
    CHECK_LACKS(scene.server.requests().at(1), "ookie");
}

TEST(plain_http_is_for_loopback_only) {
    Scene scene{always(reply("{}"))};
    auto strict = options();
    strict.loopback = false;
    CurlHttpClient client{std::move(strict)};
    CHECK_CONTAINS(ERROR_OF(client.send({.url = scene.server.url()}, soon())).detail, "allowed");
    CHECK_EQUAL(scene.server.connections(), 0);
}

// --- what comes back ---

TEST(what_the_provider_says_of_its_answer_is_read) {
    Scene scene{always("HTTP/1.1 103 Early Hints\r\nTwilio-Request-Id: RQ0\r\nRetry-After: 7\r\n\r\n" +
                       reply("no", "twilio-request-id:  RQ12ab \r\nRETRY-AFTER: 120\r\n"
                                   "Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n", "429 Too Many Requests"))};
    const auto answer = VALUE(scene.get());
    CHECK_EQUAL(answer.status, 429);
    CHECK_EQUAL(answer.body, "no");
    CHECK_EQUAL(answer.request_id, "RQ12ab");
    CHECK(answer.retry_after == seconds{120});
    CHECK(answer.date == from_unix_time(1'700'000'000));
}

TEST(headers_that_are_missing_or_nonsense_are_nothing) {
    for (const auto* headers : {"", "Date: never\r\nRetry-After: soon\r\nTwilio-Request-Id: a\x1b[31mb\r\n",
                                "Date:\r\nRetry-After:\r\nTwilio-Request-Id:\r\n", "Retry-After: -5\r\n"}) {
        const Case at{headers};
        Scene scene{always(reply("{}", headers))};
        const auto answer = VALUE(scene.get());
        CHECK_EQUAL(answer.request_id, "");
        CHECK(!answer.retry_after);
        CHECK(!answer.date);
    }
}

TEST(retry_after_is_seconds_or_a_date_and_a_day_at_most) {
    const auto date = from_unix_time(1'700'000'000);  // Tue, 14 Nov 2023 22:13:20 GMT
    const auto parsed = [&](std::string_view text) { return parse_retry_after(text, date); };
    CHECK(parsed("0") == seconds{0});
    CHECK(parsed("30") == seconds{30});
    CHECK(parsed("86401") == seconds{86400});
    CHECK(parsed("99999999999999999999999") == seconds{86400});
    CHECK(parsed("Tue, 14 Nov 2023 22:14:20 GMT") == seconds{60});
    CHECK(parsed("Wed, 15 Nov 2023 22:14:20 GMT") == seconds{86400});
    CHECK(parsed("Tue, 14 Nov 2023 22:12:20 GMT") == seconds{0});
    CHECK(!parse_retry_after("Tue, 14 Nov 2023 22:14:20 GMT", std::nullopt));
    for (const auto* text : {"", "-1", "+1", "1.5", "1 ", "0x10", "soon", "1e3"}) {
        const Case at{text};
        CHECK(!parsed(text));
    }
}

TEST(a_redirect_is_an_answer_and_is_not_followed) {
    ScriptedServer other{always(reply("{}"))};
    for (const auto* status : {"301 Moved", "302 Found", "307 Temporary", "308 Permanent"}) {
        const Case at{status};
        Scene scene{always(reply("", "Location: " + other.url() + "/\r\n", status))};
        CHECK_EQUAL(VALUE(scene.get()).status, std::stoi(status));
        CHECK_EQUAL(VALUE(scene.post("a=b")).status, std::stoi(status));
        CHECK_EQUAL(scene.server.requests().size(), 2);
    }
    CHECK_EQUAL(other.connections(), 0);
}

TEST(credentials_are_not_repeated_at_a_401) {
    Scene scene{always(reply("{}", "WWW-Authenticate: Digest realm=\"a\", nonce=\"b\"\r\n", "401 Unauthorized"))};
    CHECK_EQUAL(VALUE(scene.get()).status, 401);
    CHECK_EQUAL(scene.server.requests().size(), 1);
}

TEST(an_answer_is_64_KiB_at_most) {
    const auto chunked = [](std::size_t size) {
        std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (std::size_t i = 0; i < size / 1024; ++i) text += "400\r\n" + std::string(1024, 'x') + "\r\n";
        return text + (size % 1024 ? "1\r\nx\r\n" : "") + "0\r\n\r\n";
    };
    const std::string unbounded = "HTTP/1.1 200 OK\r\n\r\n";
    {
        Scene scene{always(reply(std::string(65536, 'x')))};
        CHECK_EQUAL(VALUE(scene.get()).body.size(), 65536);
        CHECK_EQUAL(VALUE(scene.get()).body.size(), 65536);
    }
    {
        Scene scene{always(chunked(65536))};
        CHECK_EQUAL(VALUE(scene.get()).body.size(), 65536);
    }
    for (const auto& text : {reply(std::string(65537, 'x')), chunked(65537), unbounded + std::string(1'000'000, 'x')}) {
        Scene scene{once(text)};
        CHECK_EQUAL(scene.failure(), "the provider's answer is too large");
    }
}

TEST(an_endless_answer_is_given_up) {
    struct Endless {
        std::string start;
        std::string piece;
    };
    for (const auto& answer : {Endless{"HTTP/1.1 200 OK\r\n\r\n", "x"},
                               Endless{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"},
                               Endless{"HTTP/1.1 200 OK\r\n", "A: b\r\n"},
                               Endless{"HTTP/1.1 200 OK\r\nA: ", "b"},
                               Endless{"", "HTTP/1.1 100 Continue\r\n\r\n"}}) {
        const Case at{answer.start + answer.piece};
        Scene scene{[&answer](Peer& peer, const std::string&) {
            for (bool open = peer.write(answer.start); open;) open = peer.write(answer.piece);
            return false;
        }};
        static_cast<void>(scene.failure());
    }
}

TEST(headers_are_32_KiB_at_most_all_together) {
    const auto of = [](int lines) {
        std::string headers;
        for (int i = 0; i < lines; ++i) headers += "X: " + std::string(1000, 'x') + "\r\n";
        return headers;
    };
    {
        Scene scene{always(reply("{}", of(30)))};
        CHECK_EQUAL(VALUE(scene.get()).status, 200);
    }
    for (const auto& headers : {of(33), "X: " + std::string(33'000, 'x') + "\r\n"}) {
        Scene scene{once(reply("{}", headers))};
        CHECK_EQUAL(scene.failure(), "the provider's answer is too large");
    }
}

TEST(half_an_answer_is_none) {
    for (const auto* text : {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf", ""}) {
        const Case at{text};
        Scene scene{once(text)};
        CHECK_EQUAL(scene.failure(), "the connection to the provider was cut");
    }
}

TEST(a_reset_connection_is_no_answer) {
    Scene scene{[](Peer& peer, const std::string&) {
        peer.write("HTTP/1.1 200 OK\r\nContent-Le");
        peer.reset();
        return false;
    }};
    CHECK_EQUAL(scene.failure(), "the connection to the provider was cut");
}

TEST(what_is_not_http_is_no_answer) {
    for (const auto* text : {"SSH-2.0-OpenSSH_9.2\r\n", "{\"status\":\"approved\"}", "HTTP/1.1 000 No\r\n\r\n",
                             "HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n{}",
                             "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"}) {
        const Case at{text};
        Scene scene{once(text)};
        static_cast<void>(scene.failure());
    }
}

TEST(where_nobody_listens_there_is_no_answer) {
    const Libcurl libcurl;
    std::string url;
    { url = ScriptedServer{always("")}.url(); }
    CurlHttpClient client{options()};
    CHECK_EQUAL(ERROR_OF(client.send({.url = url}, soon())).detail, "cannot connect to the provider");
}

TEST(a_deadline_in_the_past_makes_no_call) {
    Scene scene{always(reply("{}"))};
    CHECK_EQUAL(scene.failure(in(milliseconds{-1})), "no time is left to call the provider");
    CHECK_EQUAL(scene.failure(Deadline::min()), "no time is left to call the provider");
    CHECK_EQUAL(scene.server.connections(), 0);
}

TEST(a_deadline_may_be_never) {
    Scene scene{always(reply("{}"))};
    CHECK_EQUAL(VALUE(scene.get(Deadline::max())).status, 200);
}

TEST(a_call_ends_at_its_deadline) {
    for (const std::string text : {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nslow"}) {
        const Case at{text};
        Scene scene{[text](Peer& peer, const std::string&) {
            peer.write(text);
            peer.hang();
            return false;
        }};
        CHECK_EQUAL(scene.failure(in(milliseconds{100})), "no answer of the provider in time");
    }
}

TEST(a_call_ends_at_its_deadline_while_no_name_server_answers) {
    const Libcurl libcurl;
    CurlHttpClient client{options()};
    const auto begin = Deadline::clock::now();
    const auto error = ERROR_OF(client.send({.url = "https://" + std::string{slow_name}}, in(milliseconds{100})));
    CHECK(Deadline::clock::now() - begin < time_of_slow_name);
    CHECK_EQUAL(error.detail, "no answer of the provider in time");
}

// --- connections ---

TEST(a_hundred_calls_one_after_the_other_share_a_connection) {
    Scene scene{always(reply("{}"))};
    for (int i = 0; i < 50; ++i) {
        CHECK_EQUAL(VALUE(scene.get()).status, 200);
        CHECK_EQUAL(VALUE(scene.post("a=b")).status, 200);
    }
    CHECK_EQUAL(scene.server.requests().size(), 100);
    CHECK_EQUAL(scene.server.connections(), 1);
}

TEST(the_connection_used_last_is_used_next) {
    Latch both;
    Scene scene{[&](Peer& peer, const std::string&) {
        both.wait();
        return peer.write(reply("{}"));
    }};
    std::thread other{[&] { static_cast<void>(scene.get()); }};
    std::thread third{[&] { static_cast<void>(scene.get()); }};
    wait_until([&] { return scene.server.connections() == 2; });
    both.open();
    other.join();
    third.join();
    for (int i = 0; i < 20; ++i) CHECK_EQUAL(VALUE(scene.get()).status, 200);
    CHECK_EQUAL(scene.server.connections(), 2);
}

TEST(a_connection_that_was_closed_while_idle_is_replaced) {
    Scene scene{once(reply("{}"))};
    for (std::size_t i = 1; i <= 3; ++i) {
        CHECK_EQUAL(VALUE(scene.post("a=b")).status, 200);
        wait_until([&] { return scene.server.open_connections() == 0; });
    }
    CHECK_EQUAL(scene.server.requests().size(), 3);
}

TEST(a_form_is_never_sent_twice) {
    std::atomic<int> calls = 0;
    Scene scene{[&](Peer& peer, const std::string&) { return ++calls == 1 && peer.write(reply("{}")); }};
    CHECK_EQUAL(VALUE(scene.post("a=b")).status, 200);
    CHECK_EQUAL(ERROR_OF(scene.post("a=b")).detail, "the connection to the provider was cut");
    CHECK_EQUAL(scene.server.requests().size(), 2);
}

TEST(after_a_failure_the_next_call_succeeds) {
    std::atomic<int> calls = 0;
    Scene scene{[&](Peer& peer, const std::string&) {
        if (++calls % 2 == 0) return peer.write(reply("{}"));
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x'));
        return false;
    }};
    for (int i = 0; i < 5; ++i) {
        CHECK_EQUAL(scene.failure(), "the provider's answer is too large");
        CHECK_EQUAL(VALUE(scene.get()).body, "{}");
    }
}

TEST(many_threads_open_no_more_connections_than_allowed) {
    Scene scene{always(reply("{}"))};
    QueueingHttpClient queue{scene.client, 3, hours{1}};
    std::atomic<int> answered = 0;
    std::vector<std::thread> running;
    for (int t = 0; t < 12; ++t) {
        running.emplace_back([&] {
            for (int i = 0; i < 20; ++i) answered += queue.send({.url = scene.server.url()}, soon()) ? 1 : 0;
        });
    }
    for (auto& thread : running) thread.join();
    CHECK(scene.server.connections() <= 3);
    CHECK_EQUAL(scene.server.requests().size(), answered.load());
    CHECK(answered > 0);
}

TEST(a_burst_before_a_slow_server_is_answered) {
    Scene scene{[](Peer& peer, const std::string&) {
        std::this_thread::sleep_for(milliseconds{20});
        return peer.write(reply("{}"));
    }};
    QueueingHttpClient queue{scene.client, 4, hours{1}};
    std::atomic<int> answered = 0;
    std::vector<std::thread> running;
    for (int t = 0; t < 8; ++t) {
        running.emplace_back([&] { answered += queue.send({.url = scene.server.url()}, soon()) ? 1 : 0; });
    }
    for (auto& thread : running) thread.join();
    CHECK_EQUAL(answered.load(), 8);
    CHECK(scene.server.connections() <= 4);
}

TEST(while_the_server_hangs_only_the_connections_wait_for_it) {
    Latch end_of_test;
    Scene scene{[&](Peer&, const std::string&) {
        end_of_test.wait();
        return false;
    }};
    QueueingHttpClient queue{scene.client, 3, milliseconds{0}};
    std::atomic<int> ended = 0;
    std::vector<std::thread> running;
    for (int t = 0; t < 3; ++t) {
        running.emplace_back([&] {
            static_cast<void>(queue.send({.url = scene.server.url()}, soon()));
            ++ended;
        });
    }
    wait_until([&] { return scene.server.requests().size() == 3; });
    for (int i = 0; i < 50; ++i) {
        CHECK_EQUAL(ERROR_OF(queue.send({.url = scene.server.url()}, soon())).detail,
                    "all 3 connections wait for the provider");
    }
    CHECK_EQUAL(ended.load(), 0);
    CHECK_EQUAL(scene.server.connections(), 3);
    end_of_test.open();
    for (auto& thread : running) thread.join();
}

// --- TLS ---

struct Freeing {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
    void operator()(BIO* bio) const { BIO_free(bio); }
};
template <class T>
using Owned = std::unique_ptr<T, Freeing>;

// A server's identity that vouches for itself.
class Identity {
public:
    explicit Identity(const char* names, long valid_for = 3600)
        : key_{EVP_EC_gen("P-256")}, certificate_{X509_new()}, context_{SSL_CTX_new(TLS_server_method())} {
        X509* const certificate = certificate_.get();
        X509_set_version(certificate, X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
        X509_gmtime_adj(X509_getm_notAfter(certificate), valid_for);
        X509_NAME* const name = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, bytes_of("a test"), -1, -1, 0);
        X509_set_issuer_name(certificate, name);
        X509_set_pubkey(certificate, key_.get());
        const Owned<X509_EXTENSION> extension{X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names)};
        X509_add_ext(certificate, extension.get(), -1);
        X509_sign(certificate, key_.get(), EVP_sha256());
        SSL_CTX_use_certificate(context_.get(), certificate);
        SSL_CTX_use_PrivateKey(context_.get(), key_.get());
    }

    SSL_CTX* context() const { return context_.get(); }
    std::string pem() const {
        const Owned<BIO> bio{BIO_new(BIO_s_mem())};
        PEM_write_bio_X509(bio.get(), certificate_.get());
        char* text = nullptr;
        const long size = BIO_get_mem_data(bio.get(), &text);
        return {text, static_cast<std::size_t>(size)};
    }

private:
    static const unsigned char* bytes_of(const char* text) { return reinterpret_cast<const unsigned char*>(text); }

    Owned<EVP_PKEY> key_;
    Owned<X509> certificate_;
    Owned<SSL_CTX> context_;
};

struct TlsScene {
    explicit TlsScene(const Identity& identity, const Identity* trusted)
        : server{always(reply("{}")), identity.context()}, client{trusting(trusted)} {}

    Result<HttpAnswer> get() { return client.send({.url = server.url()}, soon()); }
    std::string failure() { return ERROR_OF(get()).detail; }

    Libcurl libcurl{};
    TemporaryFolder folder{};
    ScriptedServer server;
    CurlHttpClient client;

private:
    CurlHttpClient::Options trusting(const Identity* trusted) {
        auto result = options();
        if (trusted) result.ca_file = folder.file("ca.pem", trusted->pem());
        return result;
    }
};

TEST(a_hundred_calls_share_a_tls_connection) {
    const Identity identity{"IP:127.0.0.1"};
    TlsScene scene{identity, &identity};
    for (int i = 0; i < 100; ++i) CHECK_EQUAL(VALUE(scene.get()).status, 200);
    CHECK_EQUAL(scene.server.connections(), 1);
}

TEST(a_certificate_must_be_trusted_and_valid_and_name_the_host) {
    const Identity right{"IP:127.0.0.1"};
    const Identity other{"IP:127.0.0.1"};
    const Identity misnamed{"IP:127.0.0.2,DNS:localhost"};
    const Identity expired{"IP:127.0.0.1", -60};
    const auto failure = [](const Identity& identity, const Identity* trusted) {
        TlsScene scene{identity, trusted};
        const auto detail = scene.failure();
        CHECK(scene.server.requests().empty());
        return detail;
    };
    CHECK_CONTAINS(failure(right, nullptr), "the provider's certificate is not trusted: self");
    CHECK_CONTAINS(failure(right, &other), "the provider's certificate is not trusted: ");
    CHECK_EQUAL(failure(misnamed, &misnamed), "the provider's certificate is not trusted: it names another host");
    CHECK_CONTAINS(failure(expired, &expired), "expired");
}

TEST(tls_is_1_2_at_least) {
    for (const int version : {TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
        const Case at{std::to_string(version)};
        const Identity identity{"IP:127.0.0.1"};
        SSL_CTX_set_cipher_list(identity.context(), "DEFAULT:@SECLEVEL=0");
        SSL_CTX_set_min_proto_version(identity.context(), version);
        SSL_CTX_set_max_proto_version(identity.context(), version);
        TlsScene scene{identity, &identity};
        if (version == TLS1_1_VERSION) {
            CHECK_EQUAL(scene.failure(), "no TLS with the provider");
        } else {
            CHECK_EQUAL(VALUE(scene.get()).status, 200);
        }
    }
}

TEST(a_ca_file_that_cannot_be_read_is_said) {
    const Libcurl libcurl;
    const Identity identity{"IP:127.0.0.1"};
    ScriptedServer server{always(reply("{}")), identity.context()};
    auto settings = options();
    settings.ca_file = "/nonexistent/ca.pem";
    CurlHttpClient client{std::move(settings)};
    CHECK_EQUAL(ERROR_OF(client.send({.url = server.url()}, soon())).detail, "the CA file cannot be read");
}

}  // namespace
}  // namespace uzmfa::test

// In the C library's place: one name takes long.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** found) {
    if (name && name == uzmfa::test::slow_name) {
        std::this_thread::sleep_for(uzmfa::test::time_of_slow_name);
        return EAI_AGAIN;
    }
    return reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"))(name, service, hints, found);
}
