// SPDX-License-Identifier: Apache-2.0
#include "httpd/uzerp_provider.hpp"

#include "httpd/connections.hpp"
#include "httpd/guard.hpp"
#include "httpd/pool.hpp"
#include "httpd/service.hpp"
#include "store/password_store.hpp"

namespace uzmfa {
namespace {

authn_status answer_of(PasswordAnswer answer) {
    switch (answer) {
        case PasswordAnswer::right: return AUTH_GRANTED;
        case PasswordAnswer::wrong: return AUTH_DENIED;
        case PasswordAnswer::no_such_user: break;
    }
    return AUTH_USER_NOT_FOUND;
}

// The connection goes back before the slow part: a few guesses would take all there are.
Result<KeptPassword> find(request_rec* r, const Service& service, std::string_view user) {
    DbdConnections connections{r->pool, r->server, service.source()};
    Database database{connections, service.statements()};
    return PasswordStore{database}.find(user);
}

authn_status check_password(request_rec* r, const char* user, const char* password) {
    authn_status status = AUTH_GENERAL_ERROR;
    guarded(r, __func__, [&] {
        const Service* const service = service_of(r);
        if (!service) {
            ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "UZMFA1092 provider uzerp: no place here has UzmfaEngine On");
            return DECLINED;
        }
        const auto kept = find(r, *service, view_of(user));
        if (kept) status = answer_of(check(*kept, view_of(password)));
        else ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "UZMFA1093 provider uzerp: %s", kept.error().detail.c_str());
        return OK;
    });
    return status;
}

}  // namespace

const authn_provider uzerp_provider = {check_password, nullptr};

}  // namespace uzmfa
