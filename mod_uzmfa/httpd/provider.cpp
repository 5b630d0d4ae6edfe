// SPDX-License-Identifier: Apache-2.0
#include "httpd/provider.hpp"

#include "httpd/background.hpp"
#include "httpd/service.hpp"
#include "net/ca_file.hpp"
#include "net/url.hpp"

#include <curl/curl.h>

namespace uzmfa {

Provider::Provider(const twilio::Settings& settings, twilio::Credentials credentials, NodeMemory::Provider& state)
    : settings_{settings},
      service_sid_{credentials.service_sid},
      state_{state},
      curl_{{.user = std::move(credentials.user),
             .password = std::move(credentials.password),
             .ca_file = std::string{settings.ca_file},
             .loopback = is_loopback_url(settings.url)}},
      measuring_{curl_, state.calls},
      breaking_{measuring_, state.breaker},
      client_{breaking_, settings.connections} {}

Result<std::unique_ptr<Provider>> Provider::build(const twilio::Settings& settings, const UzerpSettings& env,
                                                  NodeMemory& memory) {
    if (!settings.ca_file.empty()) {
        const auto complaint = complaint_about_ca_file(std::string{settings.ca_file});
        if (!complaint.empty()) return misconfigured("UzmfaTwilioCaFile: " + complaint);
    }
    auto credentials = twilio::credentials_of(settings, env);
    if (!credentials) return credentials.error();
    auto* const state = memory.provider_named(std::string{settings.url} + '\n' + credentials->service_sid);
    if (!state) return misconfigured("UzmfaTwilioServiceSid: more than 64 services in one server");
    return std::unique_ptr<Provider>{new Provider{settings, std::move(*credentials), *state}};
}

void open_network(apr_pool_t*, server_rec* main) noexcept {
    const auto calls_it = [](const Service& service) { return service.provider() != nullptr; };
    if (is_any_service(main, calls_it)) curl_global_init(CURL_GLOBAL_DEFAULT);
}

}  // namespace uzmfa
