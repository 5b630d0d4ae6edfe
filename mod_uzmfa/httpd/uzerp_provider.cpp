// SPDX-License-Identifier: Apache-2.0
#include "httpd/uzerp_provider.hpp"

#include "httpd/connections.hpp"
#include "httpd/guard.hpp"
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

authn_status check(request_rec* r, const char* user, const char* password) {
    authn_status status = AUTH_GENERAL_ERROR;
    guarded(r, __func__, [&] {
        const Service* const service = service_of(r);
        if (!service) {
            ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "UZMFA1092 provider uzerp: no place here has UzmfaEngine On");
            return DECLINED;
        }
        DbdConnections connections{r->pool, r->server};
        Database database{connections, service->statements()};
        const auto answer = PasswordStore{database}.check(user, password);
        if (answer) status = answer_of(*answer);
        else ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "UZMFA1093 provider uzerp: %s", answer.error().detail.c_str());
        return OK;
    });
    return status;
}

}  // namespace

const authn_provider uzerp_provider = {check, nullptr};

}  // namespace uzmfa
