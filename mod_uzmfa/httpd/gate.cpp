// SPDX-License-Identifier: Apache-2.0
#include "httpd/gate.hpp"

#include "core/gate.hpp"
#include "httpd/cache_filter.hpp"
#include "httpd/app_cookies.hpp"
#include "httpd/events.hpp"
#include "httpd/exemption.hpp"
#include "httpd/identity.hpp"
#include "httpd/kept_post.hpp"
#include "httpd/log.hpp"
#include "httpd/own_pages.hpp"
#include "httpd/pool.hpp"
#include "httpd/read_visit.hpp"
#include "httpd/request_services.hpp"
#include "httpd/write_outcome.hpp"

namespace uzmfa {

// What check_sign_in let pass, and where.
struct Admitted {
    Visit visit;
    Admission admission;
    const ap_conf_vector_t* place;
};
static_assert(std::is_trivially_destructible_v<Admitted>);

namespace {

// One that checks for itself.
bool is_own_page(request_rec* r) { return record_of(r).is_own_page && !is_admin_page(r); }

// Gated content is no part of a page that anybody gets: such a page may be cached.
bool is_inside_open_page(request_rec* r) {
    return r->main && engine_of(answered_request(r)) == Engine::off;
}

struct Decision {
    Result<Visit> visit;
    Admission admission;
};

Decision decide(request_rec* r, const Service& service, const Policy& policy, bool own_sign_in) {
    Decision decision{read_visit(r, service, own_sign_in), {.reason = Reason::unavailable}};
    if (decision.visit) decision.admission = admit(*decision.visit, policy);
    return decision;
}

Decision decide(request_rec* r, const Service& service, const Policy& policy) {
    return decide(r, service, policy, has_own_auth_type(r));
}

// As where the engine is On.
Decision decide_as_gated(request_rec* r, const Service& service) {
    Policy policy = policy_of(r);
    policy.engine = Engine::on;
    return decide(r, service, policy);
}

// The first factor of another AuthType was passed: as much of an event as on the module's own page.
void note_sign_in(request_rec* r, const Service& service, Database& database, const Session& session) {
    const Outcome signed_in{.reason = Reason::signed_in, .session = session, .user = std::string{session.user.view()}};
    record_event(r, service, database, signed_in);
    log_outcome(r, service, signed_in);
}

int refuse(request_rec* r, const Service& service, Decision& decision) {
    Visit visit = decision.visit ? *decision.visit : Visit{};
    read_circumstances(r, visit);
    if (!decision.visit) return stop_request(r, service, fit_for(visit, failure(decision.visit.error())));
    const auto posted = read_posted_form(r, visit, service);
    visit.posted = posted ? &*posted : nullptr;
    RequestServices services{r, service};
    const auto outcome = stop(visit, decision.admission.reason, service.site(), services.ports());
    // Those that are recorded were found in the database: a connection is open already.
    record_event(r, service, services.database(), outcome);
    if (visit.navigation && outcome.session && outcome.session->external) {
        note_sign_in(r, service, services.database(), *outcome.session);
    }
    return stop_request(r, service, fit_for(visit, outcome));
}

// A gated place without a service: its AuthType came from an .htaccess, which the start does not see.
int refuse_unprepared(request_rec* r) {
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                  "UZMFA1097 AuthType Uzmfa works only where the server's configuration asks for the module");
    return HTTP_FORBIDDEN;
}

// Whoever writes an .htaccess would say who anybody is, and could enroll for those who have not yet.
bool has_other_sign_in_by_htaccess(request_rec* r) {
    const PlaceSettings& place = place_settings(r);
    return place.own_sign_in.value_or(false) && !place.own_sign_in_of_htaccess.value_or(true);
}

// SSI's `include file` asks for a file by no address that a <Location> could match: the exemption of the page would be its.
bool is_file_of_exempt_page(request_rec* r) {
    if (!r->main || view_of(r->uri).starts_with('/') || engine_of(r) != Engine::off) return false;
    request_rec* page = r->main;
    while (page->main && !view_of(page->uri).starts_with('/')) page = page->main;
    const Service* const service = service_of(page);
    const Policy policy = policy_of(page);
    return service && policy.engine == Engine::on && !decide(page, *service, policy).admission.passes;
}

// httpd asks once for those that come of one another in the same place.
bool is_authenticated(request_rec* r) {
    if (record_of(r).is_authenticated) return true;
    request_rec* const origin = r->main ? r->main : r->prev;
    return origin && origin->per_dir_config == r->per_dir_config && is_authenticated(origin);
}

// Where a page of the same place tells why a request was refused, httpd asks nobody there and takes over a name that may be
// no more than what the client said: that of a wrong password, or of credentials that were not looked at (400, 500).
bool is_named_in_vain(request_rec* r) {
    request_rec* const refused = r->prev;
    return refused && refused->per_dir_config == r->per_dir_config && ap_is_HTTP_ERROR(refused->status) &&
           !is_authenticated(refused);
}

void name_user(request_rec* r, const Session& session) {
    r->user = copy_in(r->pool, session.user.view());
    r->ap_auth_type = const_cast<char*>(own_auth_type);
}

// What the application and the access log get (docs/reference.md). `session` is a verified one, or null.
void describe(request_rec* r, Reason reason, const Session* session) {
    keep_out_of_caches(r);
    replace_claims(r, reason == Reason::exempt ? nullptr : r->user);
    const Told decision{"UZMFA_DECISION", name_of(reason).data()};
    if (!session) {
        tell(r, {decision});
        return remove_app_cookies(r);
    }
    const bool is_dated = session->method != Method::skip;
    tell(r, {decision,
             {"UZMFA_METHOD", name_of(session->method).data()},
             {"UZMFA_VERIFIED_AT", is_dated ? decimal_in(r->pool, unix_time(session->verified_at)) : ""}});
}

void touch_session(request_rec* r, const Service& service, const Visit& visit) {
    BrowserSession& browser = browser_session(r, service);
    if (browser.drops) return;
    Session session = *visit.session;
    session.last_active = visit.now;
    save_session(r, service, browser, session);
}

// The request goes on with the session that it came with.
int sign_out_along(request_rec* r, const Service& service, const Session& session) {
    RequestServices services{r, service};
    const auto outcome = sign_out(session, service.site(), services.ports());
    if (outcome.reason != Reason::signed_out) return stop_request(r, service, outcome);
    record_event(r, service, services.database(), outcome);
    log_outcome(r, service, outcome);
    drop_cookie(r, service, browser_session(r, service));
    expire_app_cookies(r);
    return DECLINED;
}

// A session that it does not need is as good as none: an exemption is for nobody in particular.
int pass_exempt(request_rec* r, const Service& service, const char* exemption) {
    if (has_own_auth_type(r)) {
        // mod_ssl may have named somebody.
        r->user = nullptr;
        r->ap_auth_type = nullptr;
    }
    describe(r, Reason::exempt, nullptr);
    if (!r->main) log_outcome(r, service, {.reason = Reason::exempt, .user = std::string{view_of(r->user)}, .detail = exemption});
    return DECLINED;
}

// The exemption that a request needs to pass; null where it needs none, or has none. What other AuthTypes and Require
// ask for, they go on asking.
const char* exemption_instead_of_sign_in(request_rec* r) {
    if (!place_settings(r).exemptions || record_of(r).is_own_page) return nullptr;
    const Service* const service = service_of(r);
    const Policy policy = policy_of(r);
    if (!service || policy.engine == Engine::off) return nullptr;
    if (has_own_auth_type(r) && decide(r, *service, policy).admission.passes) return nullptr;
    return exemption_of(r, *service);
}

// Nothing that check_sign_in looked at has changed since.
const Admitted* admitted_at_sign_in(request_rec* r) {
    const Admitted* const admitted = record_of(r).admitted;
    return admitted && admitted->place == r->per_dir_config && r->ap_auth_type == own_auth_type ? admitted : nullptr;
}

int go_on(request_rec* r, const Service& service, const Visit& visit, const Admission& admission) {
    // With `Satisfy Any` check_sign_in was not asked, and mod_ssl may have named somebody (SSLUserName).
    const bool is_named = r->ap_auth_type == own_auth_type && view_of(r->user) == visit.session->user.view();
    if (visit.own_sign_in && !is_named) name_user(r, *visit.session);
    describe(r, admission.reason, admission.verified ? visit.session : nullptr);
    if (admission.reason == Reason::would_stop) {
        log_outcome(r, service, {.reason = Reason::would_stop, .user = std::string{view_of(r->user)}});
    }
    if (visit.session && !visit.session->user.empty() && signs_out_of_application(r)) {
        return sign_out_along(r, service, *visit.session);
    }
    if (admission.touches) touch_session(r, service, visit);
    return admission.reason == Reason::verified ? send_kept_post(r, service, visit) : DECLINED;
}

int run_gate(request_rec* r, bool describes) {
    const Service* const service = service_of(r);
    const bool is_unknown = service && is_named_in_vain(r);
    if (is_unknown) r->user = r->ap_auth_type = nullptr;
    if (is_own_page(r)) return DECLINED;
    if (is_file_of_exempt_page(r)) return stop_request(r, *service, refusal(HTTP_FORBIDDEN, Reason::forbidden));
    if (engine_of(r) == Engine::off) {
        if (describes) name_user_to_backend(r, r->user);
        return DECLINED;
    }
    if (!service) return DECLINED;
    if (has_other_sign_in_by_htaccess(r)) return stop_request(r, *service, refusal(HTTP_FORBIDDEN, Reason::other_sign_in));
    if (is_inside_open_page(r)) return stop_request(r, *service, refusal(HTTP_FORBIDDEN, Reason::forbidden));

    if (const Admitted* const admitted = admitted_at_sign_in(r)) {
        return describes ? go_on(r, *service, admitted->visit, admitted->admission) : DECLINED;
    }
    Decision decision = decide(r, *service, policy_of(r));
    if (!decision.admission.passes) {
        const char* const exemption = exemption_of(r, *service);
        if (!exemption) return is_unknown ? HTTP_UNAUTHORIZED : refuse(r, *service, decision);
        return describes ? pass_exempt(r, *service, exemption) : DECLINED;
    }
    return describes ? go_on(r, *service, *decision.visit, decision.admission) : DECLINED;
}

}  // namespace

int waive_sign_in(request_rec* r) { return exemption_instead_of_sign_in(r) && has_own_auth_type(r) ? OK : DECLINED; }

int force_sign_in(request_rec* r) {
    if (record_of(r).is_own_page) return asks_first_factor(r) ? OK : DECLINED;
    if (engine_of(r) == Engine::off) return DECLINED;
    const char* const type = ap_auth_type(r);
    if (exemption_instead_of_sign_in(r)) return DECLINED;
    // Without an AuthType httpd would answer 500: the gate says it better.
    return type && ap_cstr_casecmp(type, "None") != 0 ? OK : DECLINED;
}

int check_sign_in(request_rec* r) {
    if (!has_own_auth_type(r)) return DECLINED;
    const Service* const service = service_of(r);
    if (!service) return refuse_unprepared(r);
    Decision decision = decide(r, *service, policy_of(r), true);
    if (!decision.admission.passes) return refuse(r, *service, decision);
    name_user(r, *decision.visit->session);
    record_of(r).admitted = make_in<Admitted>(r->pool, *decision.visit, decision.admission, r->per_dir_config);
    return OK;
}

int gate_before_require(request_rec* r) {
    record_of(r).is_authenticated = true;
    if (is_metrics_page(r)) return DECLINED;
    if (is_own_page(r)) return OK;
    return has_own_auth_type(r) ? DECLINED : run_gate(r, false);
}

int gate(request_rec* r) {
    // check_sign_in has just let it pass; it knows nothing of what the request is a part of.
    if (!r->main && r->ap_auth_type == own_auth_type) return DECLINED;
    return run_gate(r, false);
}

int gate_and_describe(request_rec* r) {
    if (!record_of(r).is_own_page) return run_gate(r, true);
    // mod_dir and others answer where no handler is set.
    r->handler = "uzmfa";
    return OK;
}

int explain_refusal(request_rec* r, const char* auth_type) {
    const Service* const service = service_of(r);
    if (!service || ap_cstr_casecmp(auth_type, own_auth_type) != 0) return DECLINED;
    auto decision = decide_as_gated(r, *service);
    Visit visit = decision.visit ? *decision.visit : Visit{};
    read_circumstances(r, visit);
    Outcome outcome;
    if (decision.visit && !decision.admission.passes && !obeys_require(r)) {
        // The second factor may be what Require asks for.
        const auto posted = read_posted_form(r, visit, *service);
        visit.posted = posted ? &*posted : nullptr;
        RequestServices services{r, *service};
        outcome = stop(visit, decision.admission.reason, service->site(), services.ports());
    } else {
        outcome = refusal(obeys_require(r) ? HTTP_FORBIDDEN : HTTP_UNAUTHORIZED, Reason::not_permitted);
        outcome.user = view_of(r->user);
    }
    stop_request(r, *service, fit_for(visit, std::move(outcome)), HTTP_UNAUTHORIZED);
    return OK;
}

authz_status require_mfa(request_rec* r) {
    const Service* const service = service_of(r);
    if (!service || !r->user) return service ? AUTHZ_DENIED_NO_USER : AUTHZ_DENIED;
    // The gate, which comes next, asks for it, and says so better than httpd's 401.
    if (engine_of(r) == Engine::on && !is_own_page(r)) return AUTHZ_GRANTED;
    return decide_as_gated(r, *service).admission.passes ? AUTHZ_GRANTED : AUTHZ_DENIED;
}

}  // namespace uzmfa
