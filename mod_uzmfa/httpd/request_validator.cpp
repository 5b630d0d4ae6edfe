// SPDX-License-Identifier: Apache-2.0
#include "httpd/request_validator.hpp"

#include "factors/totp/local_validator.hpp"
#include "factors/twilio/twilio_validator.hpp"
#include "httpd/without_connection.hpp"
#include "store/owed_deletion_store.hpp"
#include "store/quota_store.hpp"

namespace uzmfa {
namespace {

struct TwilioParts {
    TwilioParts(const Provider& provider, Database& database)
        : quotas{database}, owed{database}, client{provider.client(), database}, api{provider.api(client)} {}

    QuotaStore quotas;
    OwedDeletionStore owed;
    WithoutConnection client;
    twilio::Api api;
};

class RequestTwilioValidator final : private TwilioParts, public twilio::TwilioValidator {
public:
    RequestTwilioValidator(const Service& service, Database& database, Factors& factors)
        : TwilioParts{*service.provider(), database},
          TwilioValidator{factors, quotas, owed, api, service.secret_sealer(), service.used_code_keys(), service.site(),
                          service.provider()->settings()} {}
};

}  // namespace

std::unique_ptr<CodeValidator> make_validator(const Service& service, Database& database, Factors& factors) {
    if (service.provider()) return std::make_unique<RequestTwilioValidator>(service, database, factors);
    return std::make_unique<totp::LocalValidator>(factors, service.secret_sealer(), service.site());
}

}  // namespace uzmfa
