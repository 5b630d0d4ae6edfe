// SPDX-License-Identifier: Apache-2.0
#include "core/flow.hpp"

#include "core/pages/own_pages.hpp"
#include "core/return_path.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

using PageFunction = Outcome (*)(Call&);

struct PageRow {
    std::string_view name;  // "*" stands for what has no slash
    PageFunction show;      // GET, HEAD
    PageFunction submit;    // POST
    enum class Whom : std::uint8_t { user, anybody, administrators } whom = Whom::user;

    std::string_view allow() const { return !submit ? "GET, HEAD" : show ? "GET, HEAD, POST" : "POST"; }
};
using Whom = PageRow::Whom;

constexpr PageRow pages[] = {
    {"login", show_login, submit_login, Whom::anybody},
    {"enroll", show_enroll, submit_enroll},
    {"enroll/qr.svg", show_qr, nullptr},
    {"verify", show_verify, submit_verify},
    {"recovery", show_recovery, submit_recovery},
    {"kept", show_kept, submit_kept},
    {"account", show_account, submit_account},
    {"admin", show_admin, submit_admin, Whom::administrators},
    {"admin/events", show_admin_events, nullptr, Whom::administrators},
    {"admin/plot.svg", show_admin_plot, nullptr, Whom::administrators},
    {"logout", show_logout, submit_logout, Whom::anybody},
    {"done", show_done, nullptr, Whom::anybody},
    {"api/v1/session", show_api_session, nullptr},
    {"api/v1/users", show_api_users, nullptr, Whom::administrators},
    {"api/v1/users/*", show_api_user, nullptr, Whom::administrators},
    {"api/v1/users/*/skip-next", nullptr, submit_api_action, Whom::administrators},
    {"api/v1/users/*/reset", nullptr, submit_api_action, Whom::administrators},
    {"api/v1/users/*/unlock", nullptr, submit_api_action, Whom::administrators},
    {"api/v1/users/*/temp-code", nullptr, submit_api_action, Whom::administrators},
    {"api/v1/users/*/end-sessions", nullptr, submit_api_action, Whom::administrators},
};

bool is_like(std::string_view name, std::string_view pattern) {
    const auto star = pattern.find('*');
    if (star == pattern.npos) return name == pattern;
    if (!name.starts_with(pattern.substr(0, star))) return false;
    name.remove_prefix(star);
    const auto filled = std::min(name.find('/'), name.size());
    return filled > 0 && name.substr(filled) == pattern.substr(star + 1);
}

const PageRow* page_named(std::string_view name) {
    for (const auto& row : pages) {
        if (is_like(name, row.name)) return &row;
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
    if (request.verb == Verb::other || !(posted ? row->submit : row->show)) {
        auto outcome = refusal(405, Reason::method_not_allowed);
        outcome.allow = row->allow();
        return outcome;
    }
    if (request.input == PageVisit::Input::unsupported) return refusal(415, Reason::unsupported_type);
    if (request.input == PageVisit::Input::too_large) return refusal(413, Reason::too_large);
    if (request.input == PageVisit::Input::malformed || request.form.overlaps(request.query)) {
        return refusal(400, Reason::bad_request);
    }
    if (!request.visit.secure) return refusal(403, Reason::insecure);

    const auto given_next = request.form.has("next") ? request.form["next"] : request.query["next"];
    Call call{request, policy, site, services, session,
              std::string{return_path(given_next, site.own_path)}};
    const auto waiting = waiting_target(request.visit.held, services.kept_posts);
    call.waiting = waiting ? *waiting : call.next;  // the page of the kept form says what is wrong
    if (row->whom != Whom::anybody && is_of_other_user(request.visit)) {
        auto outcome = refusal(403, Reason::other_user);
        outcome.page->with("retry", call.next);
        return outcome;
    }
    // A button pressed twice: the first press has given the session a new id. Only a step leads on.
    if (posted && request.visit.revoked && row->submit != submit_logout && !is_for_programs(request.page)) {
        return redirect(Reason::step_passed, row->submit == submit_account ? call.url_of(row->name) : call.arrival());
    }
    auto outcome = posted ? row->submit(call) : row->show(call);
    if (is_for_programs(request.page)) return outcome;
    if (outcome.status == 503) outcome.page->with("retry", call.url_of(row->name));
    // Who cannot go on can leave.
    const bool is_error_page = outcome.page && outcome.page->name == "error";
    if (is_error_page && call.has_user()) add_form_values(*outcome.page, call, call.session->id);
    return outcome;
}

}  // namespace

bool is_for_its_user(std::string_view page) {
    const PageRow* const row = page_named(page);
    return row && row->whom != Whom::anybody;
}

bool is_for_administrators(std::string_view page) {
    const PageRow* const row = page_named(page);
    return row && row->whom == Whom::administrators;
}

Outcome serve(const PageVisit& request, const Policy& policy, const Site& site, Services& services) {
    const Session* const opened = request.visit.session;
    // Where httpd asks for the first factor, no page here begins a session anew: one is over where no place takes it.
    const bool alive = opened && is_alive(*opened, opened->external ? site.longest : policy.limits(), request.visit.now);
    auto outcome = answer_to(request, policy, site, services, alive ? opened : nullptr);
    if (is_for_programs(request.page)) outcome = as_problem(std::move(outcome));
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
