// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 by libcurl, over connections that are kept.
#pragma once

#include "crypto/secret_bytes.hpp"
#include "net/http_client.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace uzmfa {

// Sends each call with HTTP Basic credentials, which never leave for another host: no redirect is
// followed, a 3xx is an answer. The certificate and its host are always verified, TLS is 1.2 at least.
//
// Any number of threads may use it. There are as many connections as there ever were calls at a time
// (QueueingHttpClient bounds them); the one used last is used next, so that calls one after the other
// share one. A connection belongs to the process that made it: construct before the fork, which touches
// no libcurl; call only behind it, after curl_global_init, which whoever starts the process calls once.
class CurlHttpClient final : public HttpClient {
public:
    struct Options {
        std::string user;
        SecretBytes password;
        std::string ca_file;    // PEM; the only trust there is. Empty: the system's
        bool loopback = false;  // http:// is allowed, and no proxy of the environment is used
    };

    explicit CurlHttpClient(Options options);
    ~CurlHttpClient() override;

    Result<HttpAnswer> send(const HttpRequest& request, Deadline deadline) override;

private:
    class Connection;

    Options options_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_;  // used last: at the end
};

// Retry-After (RFC 9110 §10.2.3): seconds, or a date, which counts from the provider's own `date`; a day at
// most. Nothing where it is neither.
std::optional<seconds> parse_retry_after(std::string_view text, std::optional<Moment> date);

}  // namespace uzmfa
