// SPDX-License-Identifier: Apache-2.0
#include "core/flow.hpp"

#include "core/pages/own_pages.hpp"
#include "core/return_path.hpp"

namespace uzmfa {
namespace {

using PageFunction = Outcome (*)(Call&);

struct PageRow {
    std::string_view name;
    PageFunction show;    // GET, HEAD
    PageFunction submit;  // POST
    bool is_for_anybody = false;
};

constexpr PageRow pages[] = {
    {"login", show_login, submit_login, true},
    {"enroll", show_enroll, submit_enroll},
    {"enroll/qr.svg", show_qr, nullptr},
    {"verify", show_verify, submit_verify},
    {"recovery", show_recovery, submit_recovery},
    {"kept", show_kept, submit_kept},
    {"account", show_account, submit_account},
    {"admin", show_admin, submit_admin},
    {"logout", show_logout, submit_logout, true},
    {"done", show_done, nullptr, true},
};

const PageRow* page_named(std::string_view name) {
    for (const auto& row : pages) {
        if (row.name == name) return &row;
    }
    return nullptr;
}

// Somebody else has come to the browser, with a first factor of their own.
bool is_of_other_user(const Visit& visit) {
    return visit.session && visit.session->external && !visit.user.empty() && visit.session->user.view() != visit.user;
}

Outcome answer_to(const PageVisit& request, const Policy& policy, const Site& site, Services& services,
                  const Session* session) {
    const PageRow* row = page_named(request.page);
    if (!row) return refusal(404, Reason::not_found);

    const bool posted = request.verb == Verb::post;
    if (request.verb == Verb::other || (posted && !row->submit)) {
        auto outcome = refusal(405, Reason::method_not_allowed);
        outcome.allow = row->submit ? "GET, HEAD, POST" : "GET, HEAD";
        return outcome;
    }
    if (request.input == PageVisit::Input::too_large) return refusal(413, Reason::too_large);
    if (request.input == PageVisit::Input::malformed || request.form.overlaps(request.query)) {
        return refusal(400, Reason::bad_request);
    }
    if (!request.visit.secure) return refusal(403, Reason::insecure);

    const auto given_next = request.form.has("next") ? request.form["next"] : request.query["next"];
    Call call{request, policy, site, services, session,
              std::string{return_path(given_next, site.own_path)}};
    if (!row->is_for_anybody && is_of_other_user(request.visit)) {
        auto outcome = refusal(403, Reason::other_user);
        outcome.page->with("retry", call.next);
        return outcome;
    }
    // A button pressed twice: the first press has given the session a new id. Only a step leads on.
    if (posted && request.visit.revoked && row->submit != submit_logout) {
        return redirect(Reason::step_passed, row->submit == submit_account ? call.url_of(row->name) : call.next);
    }
    auto outcome = posted ? row->submit(call) : row->show(call);
    if (outcome.status == 503) outcome.page->with("retry", call.url_of(row->name));
    // Who cannot go on can leave.
    const bool is_error_page = outcome.page && outcome.page->name == "error";
    if (is_error_page && call.has_user()) add_form_values(*outcome.page, call, call.session->id);
    return outcome;
}

}  // namespace

bool is_for_its_user(std::string_view page) {
    const PageRow* const row = page_named(page);
    return row && !row->is_for_anybody;
}

Outcome serve(const PageVisit& request, const Policy& policy, const Site& site, Services& services) {
    const Session* const opened = request.visit.session;
    const bool alive = opened && is_alive(*opened, policy.limits(), request.visit.now);
    auto outcome = answer_to(request, policy, site, services, alive ? opened : nullptr);
    if (outcome.user.empty() && alive) outcome.user = opened->user.view();
    // A visit of an own page is activity like any other.
    const bool changed = outcome.session || outcome.drop_session;
    const bool is_due = alive && is_touch_due(*opened, policy.limits(), request.visit.rhythm, request.visit.now);
    if (is_due && request.visit.may_touch && !changed && !opened->refused) {
        outcome.session = *opened;
        outcome.session->last_active = request.visit.now;
    }
    return outcome;
}

}  // namespace uzmfa
