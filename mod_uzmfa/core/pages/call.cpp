// SPDX-License-Identifier: Apache-2.0
#include "core/pages/call.hpp"

#include <algorithm>

namespace uzmfa {

void add_form_values(Page& page, const Call& call, const SessionId& session) {
    page.with("csrf", call.services.tokens.form_token(session)).with("next", call.next == "/" ? "" : call.next);
}

Page page_of(std::string_view name, const Call& call, const SessionId& session) {
    Page page{name, {}, {}};
    add_form_values(page, call, session);
    if (call.has_user()) page.with("user", call.session->user.view());
    if (call.next == call.waiting && !call.has_arrived()) {
        page.notice = "form_kept";
        page.with("kept_minutes", std::to_string(kept_post_lifetime.count() / 60));
    }
    return page;
}

Outcome shown(Page page) { return {.status = 200, .reason = Reason::page_shown, .page = std::move(page)}; }

Outcome shown_again(int status, Reason reason, Page page) {
    page.error = name_of(reason);
    return {.status = status, .reason = reason, .page = std::move(page)};
}

Origin origin_of(const Call& call) { return {call.request.visit.address, call.request.visit.browser}; }

bool is_own_form(const Call& call) { return has_own_token(call, call.request.form["csrf"]); }

bool has_own_token(const Call& call, std::string_view token) {
    return !call.request.visit.cross_site && call.session && call.services.tokens.is_form_token(token, call.session->id);
}

Moment end_of(const Session& session, const Call& call) {
    const auto end = session.signed_in_at + call.site.longest.max_age;
    return session.user.empty() ? std::min(end, call.now() + pending_lifetime) : end;
}

Result<Done> replace_session(Call& call, Session& session, Outcome& outcome, const Change& change) {
    auto& sessions = call.services.sessions;
    const Session* const former = call.request.visit.session;
    if (former && end_of(*former, call) > call.now()) {
        auto revoked = sessions.revoke(*former, end_of(*former, call));
        if (!revoked) return revoked.error();
        if (!*revoked) return Done{};  // another form of the session was faster
    }
    if (change) {
        if (auto changed = change(); !changed) return changed;
    }
    session.id = call.services.tokens.new_session_id();
    session.last_active = call.now();
    auto marked = mark(session, call.services, call.now());  // behind revoke, which may have ended all others
    if (!marked) return marked.error();
    if (!*marked) return Error{ErrorKind::damaged, "the user's row is gone"};
    if (session.is_verified()) {
        if (auto noted = sessions.note(session, end_of(session, call), origin_of(call)); !noted) return noted.error();
    }
    outcome.session = session;
    outcome.user = session.user.view();
    return Done{};
}

Call for_any_place(Call call) {
    const Session* const session = call.request.visit.session;
    if (session && is_alive(*session, call.site.longest, call.now())) call.session = session;
    return call;
}

std::optional<Outcome> evaluate_once(Call& call, const std::function<std::optional<Outcome>()>& evaluation) {
    std::optional<Outcome> outcome;
    auto kept = call.services.transactions.run([&]() -> Result<bool> {
        if (const auto& uuid = call.session->mark.uuid; call.has_user() && uuid != Uuid{}) {
            if (auto held = call.services.sessions.hold(uuid); !held) return held.error();
        }
        outcome = evaluation();
        if (outcome && outcome->session) return true;
        if (outcome && (outcome->status == 503 || outcome->reason == Reason::session_over)) return false;
        auto replaced = call.services.sessions.is_revoked(call.session->id);
        if (!replaced) return replaced.error();
        if (*replaced) outcome = redirect(Reason::step_passed, call.arrival());
        return outcome && !*replaced;
    });
    return kept ? outcome : failure(kept.error());
}

namespace {

// What has changed since the sign-in ends the session; it is not to be taken over.
Result<bool> is_as_at_sign_in(Call& call) {
    auto row = call.services.sessions.row_of(call.session->user.view(), call.session->id);
    if (!row) return row.error();
    return *row && ((*row)->revoked || still_stands(*call.session, **row));
}

}  // namespace

Outcome go_forward(Call& call, Session session, Outcome outcome, const Change& change) {
    const auto over = [&] { return redirect(Reason::session_over, call.url_of("login")); };
    auto same = is_as_at_sign_in(call);
    if (!same) return failure(same.error());
    if (!*same) return over();
    auto replaced = replace_session(call, session, outcome, change);
    if (!replaced) return failure(replaced.error());
    // The epoch may be a new one by this step alone; anything else has changed meanwhile.
    auto mark = session.mark;
    mark.epoch = call.session->mark.epoch;
    return !outcome.session || mark == call.session->mark ? outcome : over();
}

Result<Done> end_other_sessions(Call& call) {
    const auto& session = *call.session;
    auto& sessions = call.services.sessions;
    if (auto ended = sessions.end_all(session.mark.uuid); !ended) return ended;
    // This one's row went with all others, and whoever sent the same form again looks for it.
    if (auto revoked = sessions.revoke(session, end_of(session, call)); !revoked) return revoked.error();
    return call.services.browsers.forget_all(text_of(session.mark.uuid));
}

namespace {

Outcome finish_as_of(Moment verified_at, Call& call, Method method, Outcome outcome, const Change& change = {}) {
    Session verified = *call.session;
    verified.method = method;
    verified.enrolled = true;
    verified.may_bind = false;
    verified.verify_again = false;
    verified.verified_at = verified_at;
    return go_forward(call, std::move(verified), std::move(outcome), change);
}

}  // namespace

Outcome finish(Call& call, Method method, Outcome outcome, const Change& change) {
    const Moment verified_at = method == Method::skip ? call.session->verified_at : call.now();
    return finish_as_of(verified_at, call, method, std::move(outcome), change);
}

Outcome finish_remembered(Call& call, Moment verified_at, std::string way) {
    return finish_as_of(verified_at, call, Method::remembered, redirect(Reason::browser_known, std::move(way)));
}

namespace {

// A person is led to a page, a program is told which.
Outcome led_to(std::string_view page, Reason reason, const Call& call) {
    auto url = call.url_of(page);
    return is_for_programs(call.request.page) ? step_required(reason, url) : redirect(reason, std::move(url));
}

}  // namespace

Outcome asked_to_verify(const Call& call) {
    auto outcome = led_to("verify", Reason::step_up_required, call);
    outcome.session = *call.session;
    outcome.session->verify_again = true;
    return outcome;
}

Outcome allow_binding(Call& call, Outcome outcome) {
    Session session = *call.session;
    session.may_bind = true;
    session.verify_again = false;
    return go_forward(call, std::move(session), std::move(outcome));
}

namespace {

// Which of its steps a session that is not finished is at. That it may bind does not outlive a verified session's time
// for it: a place that asks for a later verification brings none of it back.
Step step_of(const Session& session, const Standing& standing, const Call& call) {
    // Who had no factor at sign-in may bind none once there is one.
    const bool is_late = !session.enrolled && standing.enrolled();
    const bool may_bind = session.is_verified() ? may_replace_factor(session, call.now()) : session.may_bind && !is_late;
    if (standing.enrolled() && (session.verify_again || !may_bind)) return Step::verify;
    if (may_bind) return Step::enroll;
    return call.site.enrollment == EnrollmentRule::code ? Step::recover : Step::enroll;
}

}  // namespace

Result<Progress> progress_of(const Call& call) {
    if (!call.has_user() || call.session->refused) return Progress{};
    const Session& session = *call.session;
    const bool goes_back = session.verify_again || may_replace_factor(session, call.now());
    if (session.is_verified() && !goes_back) return Progress{.due = Step::finished};
    if (!session.is_verified() && !is_pending(session, call.now())) return Progress{};
    auto standing = standing_of(session.user.view(), call.services);
    if (!standing) return standing.error();
    if (!standing->known || !standing->allowed) return Progress{};
    const Step due = step_of(session, *standing, call);
    return Progress{due, std::move(*standing)};
}

Outcome go_to(Step due, const Call& call) {
    const bool is_told = is_for_programs(call.request.page);
    const auto reason = [&](Reason required) { return is_told ? required : Reason::step_not_due; };
    switch (due) {
        case Step::sign_in: return led_to("login", reason(Reason::sign_in_required), call);
        case Step::recover: return led_to("recovery", reason(Reason::enrollment_required), call);
        case Step::enroll: return led_to("enroll", reason(Reason::enrollment_required), call);
        case Step::verify: return led_to("verify", reason(Reason::verification_required), call);
        case Step::finished: break;
    }
    return redirect(Reason::step_passed, call.arrival());
}

Outcome lead_on(Step due, Call& call) {
    if (call.request.verb == Verb::post && call.session) {
        auto replaced = call.services.sessions.is_revoked(call.session->id);
        if (!replaced) return failure(replaced.error());
        if (*replaced) return redirect(Reason::step_passed, call.arrival());
    }
    return go_to(due, call);
}

Result<bool> takes_skip(Call& call, const Account& account) {
    if (!account.mfa_enabled) {
        auto closed = call.services.attempts.is_closed(account.uuid, AttemptKind::code);
        if (!closed || *closed) return closed ? Result<bool>{false} : closed;
    }
    return call.services.accounts.consume_skip(account);
}

Outcome no_code(Outcome wrong) {
    if (wrong.status == 401) wrong.reason = Reason::not_a_code;
    return wrong;
}

namespace {

// A code that was not right, with what follows from it for the next one.
Outcome in_a_row(Outcome outcome, const Charge& charge, const Site& site) {
    if (outcome.status != 401 && outcome.reason != Reason::wrong_code) return outcome;
    outcome.detail = std::to_string(charge.failures) + " in a row";
    if (charge.failures >= site.failure_cap) outcome.detail += ", none is looked at any more";
    else if (charge.failures >= site.failure_limit) outcome.detail += ", a wait begins";
    return outcome;
}

}  // namespace

Outcome looked_at_once_charged(Call& call, const Account& account, AttemptKind kind,
                               const std::function<Outcome(Looked&)>& look, const std::function<Outcome(const Charge&)>& refuse) {
    auto& attempts = call.services.attempts;
    auto charge = attempts.charge(account.uuid, kind);
    if (!charge) return failure(charge.error());
    if (charge->answer != Charge::Answer::granted) return refuse(*charge);
    auto looked = Looked::yes;
    auto outcome = look(looked);
    const bool came_to_nothing = outcome.reason == Reason::step_passed || outcome.reason == Reason::session_over;
    if (looked == Looked::wrong && came_to_nothing) outcome.reason = Reason::wrong_code;
    const bool counts = looked == Looked::wrong || (looked == Looked::yes && !came_to_nothing);
    if (counts) return in_a_row(std::move(outcome), *charge, call.site);
    auto refunded = attempts.refund(account.uuid, kind, *charge);
    return refunded ? outcome : failure(refunded.error());
}

}  // namespace uzmfa
