// SPDX-License-Identifier: Apache-2.0
// Twilio, as a virtual host reaches it: made before the children are, its connections in each child.
#pragma once

#include "factors/twilio/api.hpp"
#include "factors/twilio/credentials.hpp"
#include "httpd/node_memory.hpp"
#include "net/breaking_http_client.hpp"
#include "net/curl_http_client.hpp"
#include "net/measuring_http_client.hpp"
#include "net/queueing_http_client.hpp"

#include <memory>

namespace uzmfa {

class Provider {
public:
    static Result<std::unique_ptr<Provider>> build(const twilio::Settings& settings, const UzerpSettings& env,
                                                   NodeMemory& memory);

    const twilio::Settings& settings() const { return settings_; }
    // Any number of threads may use it.
    HttpClient& client() const { return client_; }
    NodeMemory::Provider& state() const { return state_; }
    twilio::Api api(HttpClient& client) const {
        return {client, settings_.url, service_sid_, settings_.timeout};
    }

private:
    Provider(const twilio::Settings& settings, twilio::Credentials credentials, NodeMemory::Provider& state);

    twilio::Settings settings_;
    std::string service_sid_;
    NodeMemory::Provider& state_;
    // A call waits for its turn, asks whether there is any use, and is made and timed.
    CurlHttpClient curl_;
    MeasuringHttpClient measuring_;
    BreakingHttpClient breaking_;
    mutable QueueingHttpClient client_;
};

// child_init: before the threads that may call the provider.
void open_network(apr_pool_t* pool, server_rec* main) noexcept;

}  // namespace uzmfa
