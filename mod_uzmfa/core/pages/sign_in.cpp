// SPDX-License-Identifier: Apache-2.0
#include "core/pages/own_pages.hpp"
#include "core/pages/password.hpp"
#include "core/pages/remembered_browser.hpp"

namespace uzmfa {
namespace {

// Of the session before: whose form may wait in this browser.
KeptId kept_of_former(const Call& call) {
    const Session* const held = call.request.visit.held;
    return held ? held->kept : no_kept_post;
}

Session anonymous_session(const Call& call) {
    return anonymous_after(call.request.visit.held, call.services.tokens.new_session_id(), call.now());
}

// The sign-in form; a browser without a session gets an anonymous one, to which the form's token is bound.
Outcome login_form(Call& call) {
    const auto fresh = call.session ? std::optional<Session>{} : anonymous_session(call);
    Page page = page_of("login", call, fresh ? fresh->id : call.session->id);
    page.with("username", call.request.form["username"]);
    auto outcome = shown(std::move(page));
    outcome.session = fresh;
    return outcome;
}

Outcome login_form_again(Call& call, int status, Reason reason) {
    auto outcome = login_form(call);
    outcome.status = status;
    outcome.reason = reason;
    outcome.page->error = name_of(reason);
    outcome.user = call.request.form["username"];
    return outcome;
}

// Where the engine reports only, nobody is sent to a second factor.
Step unless_reporting(Step due, const Call& call) {
    return call.policy.engine == Engine::report_only ? Step::finished : due;
}

// Another tab of the browser was faster: who would sign in here has done so.
Result<Step> due_behind_other_tab(const Call& here) {
    const bool is_users =
        here.has_user() && !here.session->external && here.request.form["username"] == here.session->user.view();
    if (!is_users || here.request.visit.cross_site) return Step::sign_in;
    auto progress = progress_of(here);
    if (!progress) return progress.error();
    return progress->due;
}

}  // namespace

Outcome show_login(Call& here) {
    Call call = for_any_place(here);
    // Who comes here with another AuthType's session comes from a place that wants this sign-in.
    if (call.has_user() && call.session->external) return login_form(call);
    auto progress = progress_of(here);
    if (!progress) return failure(progress.error());
    if (progress->due != Step::sign_in) return go_to(unless_reporting(progress->due, here), here);
    auto outcome = login_form(call);
    const Session* const former = here.request.visit.session;
    if (former && !former->user.empty() && outcome.page->notice.empty()) outcome.page->notice = "session_ended";
    return outcome;
}

namespace {

Step due_after_password(const Session& session, const Call& call) {
    const bool needs_code = session.due() == Step::enroll && call.site.enrollment == EnrollmentRule::code;
    return unless_reporting(needs_code ? Step::recover : session.due(), call);
}

// `row` is what the password was compared with.
Outcome after_password(Call& call, Standing& standing, const RowState& row, const std::string& way_of_remembered) {
    auto uuid = call.services.accounts.uuid_of_row(standing.account);
    if (!uuid) return failure(uuid.error());
    // Whoever ends all sessions, or makes all browsers forgotten, comes before all of this or finds the session.
    if (const auto held_uuid = uuid_of(*uuid)) {
        if (auto held = call.services.sessions.hold(*held_uuid); !held) return failure(held.error());
    }
    Session session{
        .user = standing.account.name,
        .enrolled = standing.enrolled(),
        .signed_in_at = call.now(),
        .kept = kept_of_former(call),
    };
    Outcome outcome = go_to(due_after_password(session, call), call);
    outcome.reason = Reason::signed_in;
    if (standing.enrolled()) {
        auto skipped = takes_skip(call, standing.account);
        if (!skipped) return failure(skipped.error());
        if (*skipped) {
            session.method = Method::skip;
            outcome = redirect(Reason::skip_used, call.arrival());
        }
    }
    if (standing.enrolled() && !session.is_verified()) {
        auto since = remembered_since(call, standing.account);
        if (!since) return failure(since.error());
        if (*since) {
            session.method = Method::remembered;
            session.verified_at = **since;
            outcome = redirect(Reason::browser_known, way_of_remembered);
        }
    }
    auto replaced = replace_session(call, session, outcome);
    if (!replaced) return failure(replaced.error());
    const bool is_former = outcome.session && outcome.session->mark.password != row.mark.password;
    return is_former ? redirect(Reason::session_over, call.url_of("login")) : outcome;
}

Outcome sign_in(Call& call, std::string_view name, const RowState& row) {
    auto standing = standing_of(name, call.services);
    if (!standing) return failure(standing.error());
    if (!standing->known) return refusal(403, Reason::not_known);
    if (!standing->allowed) return refusal(403, Reason::not_allowed);
    if (auto purged = call.services.sessions.purge(); !purged) return failure(purged.error());
    const auto way = way_of_remembered(call, standing->account);
    return *evaluate_once(call, [&] { return after_password(call, *standing, row, way); });
}

}  // namespace

Outcome submit_login(Call& here) {
    Call call = for_any_place(here);
    if (!call.session && !call.request.visit.session) {
        auto outcome = refusal(403, Reason::cookies_blocked);
        outcome.page->with("retry", call.url_of("login"));
        return outcome;
    }
    if (!is_own_form(call)) {
        auto due = due_behind_other_tab(here);
        if (!due) return failure(due.error());
        if (*due != Step::sign_in) return go_to(unless_reporting(*due, here), here);
        return login_form_again(call, 403, Reason::form_stale);
    }

    const auto name = call.request.form["username"];
    // Before its password is looked at, which takes a while: the password may become another one meanwhile.
    const auto row = call.services.sessions.row_of(name, call.session->id);
    if (!row) return failure(row.error());
    auto check = check_password(call, name);
    if (!check) return failure(check.error());
    switch (check->answer) {
        case PasswordCheck::Answer::wait:
            return told_to_wait(login_form_again(call, 429, Reason::too_many_sign_ins), check->wait);
        case PasswordCheck::Answer::wrong: return login_form_again(call, 401, Reason::wrong_password);
        case PasswordCheck::Answer::right: break;
    }
    auto outcome = *row ? sign_in(call, name, **row) : refusal(403, Reason::not_known);
    if (outcome.user.empty()) outcome.user = name;
    return outcome;
}

}  // namespace uzmfa
