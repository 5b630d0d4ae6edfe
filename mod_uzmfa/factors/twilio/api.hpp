// SPDX-License-Identifier: Apache-2.0
// Twilio Verify v2, as far as TOTP factors need it: https://www.twilio.com/docs/verify/api/factor and …/challenge.
// A wrong code is no error there: only `verified` and `approved` on a 2xx are success.
#pragma once

#include "core/policy.hpp"
#include "factors/twilio/errors.hpp"
#include "net/http_client.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace uzmfa::twilio {

// Twilio understood, and says no. What nobody at the keyboard can help (unavailable, misconfigured) is an Error.
struct Refusal {
    Meaning meaning;
    seconds wait{};        // of Meaning::wait
    std::string detail{};  // for the log
};
template <class T>
using Answer = Result<std::variant<T, Refusal>>;

struct FactorConfig {
    Algorithm algorithm = Algorithm::sha1;
    int digits = 6;
    int skew = 1;         // steps each way
    seconds period{30};
};

struct NewFactor {
    std::string sid;
    std::string secret;  // base32
    std::string uri;     // otpauth://totp/…
};

struct FactorRow {
    std::string sid;
    bool verified = false;
};

struct ServiceSettings {
    std::string name;
    FactorConfig totp;            // Twilio's defaults where the service has none of its own
    std::optional<Moment> clock;  // Twilio's, when it answered
};

// The calls of one request. All of them together have `timeout`, which begins with the first.
class Api {
public:
    // `url` without a slash at its end; `service_sid` is a service's SID.
    Api(HttpClient& client, std::string_view url, std::string_view service_sid, seconds timeout)
        : client_{client}, service_url_{std::string{url} + "/v2/Services/" + std::string{service_sid}},
          timeout_{timeout} {}

    std::string_view service_sid() const { return std::string_view{service_url_}.substr(service_url_.rfind('/') + 1); }

    Answer<ServiceSettings> fetch_service();

    // `secret` is base32; Twilio makes one where it is empty.
    Answer<NewFactor> create_factor(std::string_view identity, std::string_view friendly_name,
                                    const FactorConfig& config, std::string_view secret = {});
    Answer<bool> verify_factor(std::string_view identity, std::string_view sid, std::string_view code);
    Answer<bool> create_challenge(std::string_view identity, std::string_view sid, std::string_view code);
    Answer<std::vector<FactorRow>> list_factors(std::string_view identity);

    // Done, too, where there was nothing to delete.
    Answer<Done> delete_factor(std::string_view identity, std::string_view sid);
    Answer<Done> delete_entity(std::string_view identity);

private:
    Result<HttpAnswer> send(const HttpRequest& request);
    Answer<HttpAnswer> call(const HttpRequest& request);
    Answer<Done> remove(const std::string& url);
    Result<std::string> entity_url(std::string_view identity) const;
    Result<std::string> factor_url(std::string_view identity, std::string_view sid) const;

    HttpClient& client_;
    std::string service_url_;
    seconds timeout_;
    std::optional<Deadline> deadline_;
};

}  // namespace uzmfa::twilio
