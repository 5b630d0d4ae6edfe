// SPDX-License-Identifier: Apache-2.0
// One request through httpd: the own pages are claimed first; a gated one meets the gate in check_authn (AuthType Uzmfa),
// auth_checker (another AuthType, before Require), type_checker and fixups, before anything can answer it. Before all these,
// in access_checker_ex, an exempt one is let off the sign-in of AuthType Uzmfa.
#include "httpd/hooks.hpp"

#include "httpd/audit_log.hpp"
#include "httpd/background.hpp"
#include "httpd/browser_session.hpp"
#include "httpd/cache_filter.hpp"
#include "httpd/deletions.hpp"
#include "httpd/gate.hpp"
#include "httpd/guard.hpp"
#include "httpd/metrics.hpp"
#include "httpd/notifications.hpp"
#include "httpd/own_pages.hpp"
#include "httpd/provider.hpp"
#include "httpd/request_body.hpp"
#include "httpd/start.hpp"
#include "httpd/uzerp_provider.hpp"
#include "httpd/watch.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <iterator>

namespace uzmfa {
namespace {

template <int (*Function)(request_rec*)>
int guarded_hook(request_rec* r) noexcept {
    return guarded(r, __PRETTY_FUNCTION__, [r] { return Function(r); });  // with the function's name
}

authz_status check_mfa(request_rec* r, const char*, const void*) noexcept {
    authz_status status = AUTHZ_DENIED;
    guarded(r, __func__, [&] {
        status = require_mfa(r);
        return OK;
    });
    return status;
}

apr_status_t load_session(request_rec* r, session_rec** record) noexcept {
    return guarded(r, __func__, [&] { return load_for_mod_session(r, record); });
}

apr_status_t save_session(request_rec* r, session_rec* record) noexcept {
    return guarded(r, __func__, [&] { return save_for_mod_session(r, record); });
}

int explain(request_rec* r, const char* auth_type) noexcept {
    return guarded(r, __func__, [&] { return explain_refusal(r, auth_type); });
}

constexpr authz_provider mfa_requirement = {check_mfa, nullptr};

// mod_session may be loaded after this module, or not at all: its hooks are looked up once all modules
// are there. httpd sorts them after pre_config.
int become_session_store(apr_pool_t*, apr_pool_t*, apr_pool_t*) noexcept {
    const auto hook_load = reinterpret_cast<decltype(&ap_hook_session_load)>(dlsym(RTLD_DEFAULT, "ap_hook_session_load"));
    const auto hook_save = reinterpret_cast<decltype(&ap_hook_session_save)>(dlsym(RTLD_DEFAULT, "ap_hook_session_save"));
    if (hook_load && hook_save) {
        hook_load(load_session, nullptr, nullptr, APR_HOOK_LAST);
        hook_save(save_session, nullptr, nullptr, APR_HOOK_LAST);
    }
    return OK;
}

constexpr const Chore* chores[] = {&session_watch, &owed_deletions, &notifications};

int schedule_chores(apr_pool_t* config, apr_pool_t*, apr_pool_t*, server_rec* main) noexcept {
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) return OK;
    const auto schedule_one = [&](const Chore* chore) { return schedule(*chore, config, main); };
    return std::all_of(std::begin(chores), std::end(chores), schedule_one) ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

}  // namespace

void register_hooks(apr_pool_t* pool) {
    ap_hook_pre_config(become_session_store, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_check_config(check_config, nullptr, nullptr, APR_HOOK_LAST);
    ap_hook_open_logs(open_audit_logs, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_post_config(post_config, nullptr, nullptr, APR_HOOK_LAST);

    // mod_watchdog starts at its own post_config, the last, what has been registered by then.
    ap_hook_post_config(schedule_chores, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_child_init(open_network, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
    ap_hook_child_init(prepare_background, nullptr, nullptr, APR_HOOK_REALLY_FIRST);

    ap_hook_pre_translate_name(guarded_hook<claim_raw_page>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
    ap_hook_translate_name(guarded_hook<claim_own_page>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
    ap_hook_map_to_storage(guarded_hook<claim_own_page>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
    ap_hook_check_access_ex(guarded_hook<admit_own_page>, nullptr, nullptr, APR_HOOK_REALLY_FIRST,
                            AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_handler(guarded_hook<serve_own_page>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);

    ap_hook_check_access_ex(guarded_hook<waive_sign_in>, nullptr, nullptr, APR_HOOK_REALLY_LAST, AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_force_authn(guarded_hook<force_sign_in>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
    ap_hook_check_authn(guarded_hook<check_sign_in>, nullptr, nullptr, APR_HOOK_REALLY_FIRST, AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_check_authz(guarded_hook<gate_before_require>, nullptr, nullptr, APR_HOOK_REALLY_FIRST, AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_type_checker(guarded_hook<gate>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
    ap_hook_fixups(guarded_hook<gate_and_describe>, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
    ap_hook_insert_filter(keep_given_body, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_insert_filter(keep_cookie, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_insert_filter(keep_error_document_out_of_caches, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_insert_error_filter(keep_cookie, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_insert_error_filter(keep_error_out_of_caches, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_note_auth_failure(explain, nullptr, nullptr, APR_HOOK_FIRST);
    register_cache_filter();
    register_given_body();
    APR_OPTIONAL_HOOK(ap, status_hook, show_status, nullptr, nullptr, APR_HOOK_MIDDLE);

    ap_register_auth_provider(pool, AUTHN_PROVIDER_GROUP, "uzerp", AUTHN_PROVIDER_VERSION, &uzerp_provider,
                              AP_AUTH_INTERNAL_PER_CONF);
    ap_register_auth_provider(pool, AUTHZ_PROVIDER_GROUP, "mfa", AUTHZ_PROVIDER_VERSION, &mfa_requirement,
                              AP_AUTH_INTERNAL_PER_CONF);
}

}  // namespace uzmfa
