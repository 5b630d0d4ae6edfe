// SPDX-License-Identifier: Apache-2.0
#include "core/text.hpp"
#include "net/curl_http_client.hpp"

#include <curl/curl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace uzmfa {
namespace {

using Clock = Deadline::clock;
using std::chrono::milliseconds;

constexpr std::size_t largest_body = 64 * 1024;
constexpr std::size_t largest_head = 32 * 1024;  // all header lines of a call together
constexpr std::size_t longest_request_id = 64;
constexpr milliseconds longest_call{3'600'000};
constexpr seconds longest_retry_after{24 * 3600};

Error unavailable(std::string detail) { return {ErrorKind::provider_unavailable, std::move(detail)}; }

// Not libcurl's own text: that holds host names, and changes from version to version.
std::string reason_of(CURLcode code, long verification) {
    // libcurl compares the names itself, and leaves OpenSSL's verdict unspecified meanwhile.
    const bool is_verified = verification == X509_V_OK || verification == X509_V_ERR_UNSPECIFIED;
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT: return "no answer of the provider in time";
        case CURLE_COULDNT_RESOLVE_HOST: return "the provider's name cannot be resolved";
        case CURLE_COULDNT_RESOLVE_PROXY: return "the proxy's name cannot be resolved";
        case CURLE_COULDNT_CONNECT: return "cannot connect to the provider";
        case CURLE_SSL_CONNECT_ERROR: return "no TLS with the provider";
        case CURLE_SSL_CACERT_BADFILE: return "the CA file cannot be read";
        case CURLE_PEER_FAILED_VERIFICATION:
            return std::string{"the provider's certificate is not trusted: "} +
                   (is_verified ? "it names another host" : X509_verify_cert_error_string(verification));
        case CURLE_WRITE_ERROR: return "the provider's answer is too large";
        case CURLE_GOT_NOTHING:
        case CURLE_PARTIAL_FILE:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_SEND_FAIL_REWIND: return "the connection to the provider was cut";
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_WEIRD_SERVER_REPLY: return "no HTTP with the provider of the kind that is allowed";
        default: return std::string{"the call of the provider failed: "} + curl_easy_strerror(code);
    }
}

// What is received, bounded. Holds secrets: wiped after each call.
struct Received {
    std::array<char, largest_body> body;
    std::size_t body_size = 0;
    std::size_t head_size = 0;

    std::string_view text() const { return {body.data(), body_size}; }
    void clear() {
        OPENSSL_cleanse(body.data(), body_size);
        body_size = head_size = 0;
    }
};

// libcurl's callbacks: the call is given up where they take less than they were given.
std::size_t receive_body(char* data, std::size_t, std::size_t size, void* to) noexcept {
    auto& received = *static_cast<Received*>(to);
    if (size > largest_body - received.body_size) return CURL_WRITEFUNC_ERROR;
    std::memcpy(received.body.data() + received.body_size, data, size);
    received.body_size += size;
    return size;
}

std::size_t receive_header(char*, std::size_t size, std::size_t count, void* to) noexcept {
    auto& received = *static_cast<Received*>(to);
    if (size * count > largest_head - received.head_size) return CURL_WRITEFUNC_ERROR;
    received.head_size += size * count;
    return size * count;
}

std::size_t send_form(char* to, std::size_t size, std::size_t count, void* from) noexcept {
    auto& rest = *static_cast<std::string_view*>(from);
    const std::size_t taken = rest.copy(to, size * count);
    rest.remove_prefix(taken);
    return taken;
}

std::optional<Moment> parse_date(std::string_view text) {
    const std::time_t value = curl_getdate(std::string{text}.c_str(), nullptr);
    if (value < 0) return {};
    return from_unix_time(value);
}

// It goes into our log: a word, or nothing.
std::string request_id_of(std::string_view text) {
    const auto is_plain = [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; };
    if (text.size() > longest_request_id || !std::all_of(text.begin(), text.end(), is_plain)) return {};
    return std::string{text};
}

}  // namespace

std::optional<seconds> parse_retry_after(std::string_view text, std::optional<Moment> date) {
    if (!text.empty() && std::all_of(text.begin(), text.end(), is_digit)) {
        const auto value = number_in<std::int64_t>(text);
        return value ? std::min(seconds{*value}, longest_retry_after) : longest_retry_after;
    }
    const auto until = parse_date(text);
    if (!until || !date) return {};
    return std::clamp(*until - *date, seconds{0}, longest_retry_after);
}

class CurlHttpClient::Connection {
public:
    Connection() : easy_{curl_easy_init()} {
        headers_.reset(curl_slist_append(nullptr, "Accept: application/json"));
        // No "Expect: 100-continue", whose answer would be waited for.
        if (!easy_ || !headers_ || !curl_slist_append(headers_.get(), "Expect:")) throw std::bad_alloc{};
    }

    Result<HttpAnswer> send(const Options& options, const HttpRequest& request, milliseconds timeout) {
        std::string_view form{request.form};
        prepare(options, request, form, timeout);
        const CURLcode code = curl_easy_perform(easy_.get());
        auto result = code == CURLE_OK ? answer() : Result<HttpAnswer>{failure(code)};
        received_.clear();
        // What was set points to what is gone after this. Keeps the connection.
        curl_easy_reset(easy_.get());
        return result;
    }

private:
    template <class T>
    void set(CURLoption option, T value) {
        // A call without one of these would not be the one meant.
        if (const CURLcode code = curl_easy_setopt(easy_.get(), option, value); code != CURLE_OK) {
            throw std::runtime_error{std::string{"libcurl refuses an option: "} + curl_easy_strerror(code)};
        }
    }

    void prepare(const Options& options, const HttpRequest& request, std::string_view& form, milliseconds timeout) {
        curl_easy_reset(easy_.get());
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
        // Else libcurl waits behind the deadline until the name server's own time is over.
        set(CURLOPT_QUICK_EXIT, 1L);
        set(CURLOPT_MAXCONNECTS, 1L);

        set(CURLOPT_URL, request.url.c_str());
        set(CURLOPT_PROTOCOLS_STR, options.loopback ? "http,https" : "https");
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
        set(CURLOPT_FOLLOWLOCATION, 0L);
        set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        if (options.loopback) set(CURLOPT_PROXY, "");
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);

        set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        set(CURLOPT_SSL_VERIFYPEER, 1L);
        set(CURLOPT_SSL_VERIFYHOST, 2L);
        if (!options.ca_file.empty()) {
            set(CURLOPT_CAINFO, options.ca_file.c_str());
            // Where libcurl was built with a folder of CAs it would be trusted as well.
            set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
        }

        set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
        set(CURLOPT_USERNAME, options.user.c_str());
        set(CURLOPT_PASSWORD, reinterpret_cast<const char*>(options.password.data()));
        set(CURLOPT_USERAGENT, "mod_uzmfa");
        set(CURLOPT_HTTPHEADER, headers_.get());

        switch (request.method) {
            case HttpRequest::Method::get: break;
            case HttpRequest::Method::post:
                // Given by a callback, and not to be had again: libcurl would send a form of its own a
                // second time where a kept connection is cut before the answer, and Twilio might
                // have done already what it asks for.
                set(CURLOPT_POST, 1L);
                set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(form.size()));
                set(CURLOPT_READFUNCTION, send_form);
                set(CURLOPT_READDATA, static_cast<void*>(&form));
                break;
            case HttpRequest::Method::remove: set(CURLOPT_CUSTOMREQUEST, "DELETE"); break;
        }

        set(CURLOPT_HEADERFUNCTION, receive_header);
        set(CURLOPT_HEADERDATA, static_cast<void*>(&received_));
        set(CURLOPT_WRITEFUNCTION, receive_body);
        set(CURLOPT_WRITEDATA, static_cast<void*>(&received_));
    }

    Result<HttpAnswer> answer() const {
        long status = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
        if (status < 200 || status > 599) return unavailable("the provider's answer has no status of HTTP");
        HttpAnswer answer{.status = static_cast<int>(status), .body = std::string{received_.text()}};
        answer.request_id = request_id_of(header("Twilio-Request-Id"));
        answer.date = parse_date(header("Date"));
        answer.retry_after = parse_retry_after(header("Retry-After"), answer.date);
        return answer;
    }

    Error failure(CURLcode code) const {
        long verification = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_SSL_VERIFYRESULT, &verification);
        return unavailable(reason_of(code, verification));
    }

    // Of the last answer: not of an interim one, nor of a proxy's.
    std::string_view header(const char* name) const {
        curl_header* found = nullptr;
        constexpr int last_request = -1;
        const auto result = curl_easy_header(easy_.get(), name, 0, CURLH_HEADER, last_request, &found);
        return result == CURLHE_OK ? found->value : std::string_view{};
    }

    struct Closing {
        void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
        void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    };
    std::unique_ptr<curl_slist, Closing> headers_;
    std::unique_ptr<CURL, Closing> easy_;
    Received received_{};
};

CurlHttpClient::CurlHttpClient(Options options) : options_{std::move(options)} {
    options_.password.push_back(0);  // libcurl takes C strings
}

CurlHttpClient::~CurlHttpClient() = default;

Result<HttpAnswer> CurlHttpClient::send(const HttpRequest& request, Deadline deadline) {
    const auto now = Clock::now();
    if (deadline <= now) return unavailable("no time is left to call the provider");
    // Never 0: to libcurl that is for ever.
    const auto timeout = std::min(std::chrono::ceil<milliseconds>(deadline - now), longest_call);

    std::unique_ptr<Connection> connection;
    {
        const std::lock_guard lock{mutex_};
        if (!idle_.empty()) {
            connection = std::move(idle_.back());
            idle_.pop_back();
        }
    }
    if (!connection) connection = std::make_unique<Connection>();
    auto answer = connection->send(options_, request, timeout);
    const std::lock_guard lock{mutex_};
    idle_.push_back(std::move(connection));
    return answer;
}

}  // namespace uzmfa
