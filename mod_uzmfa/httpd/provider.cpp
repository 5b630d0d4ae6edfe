// SPDX-License-Identifier: Apache-2.0
#include "httpd/provider.hpp"

#include "net/ca_file.hpp"
#include "net/url.hpp"

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
        if (!complaint.empty()) return Error{ErrorKind::misconfigured, "UzmfaTwilioCaFile: " + complaint};
    }
    auto credentials = twilio::credentials_of(settings, env);
    if (!credentials) return credentials.error();
    auto* const state = memory.provider_named(std::string{settings.url} + '\n' + credentials->service_sid);
    if (!state) return Error{ErrorKind::misconfigured, "UzmfaTwilioServiceSid: more than 64 services in one server"};
    return std::unique_ptr<Provider>{new Provider{settings, std::move(*credentials), *state}};
}

}  // namespace uzmfa
