// SPDX-License-Identifier: Apache-2.0
#include "core/flow.hpp"

#include "core/gate.hpp"
#include "core/return_path.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

// One request for an own page, and all that its functions need.
struct Call {
    const PageVisit& request;
    const Policy& policy;
    const Site& site;
    Services& services;
    const Session* session;  // alive; may be anonymous
    std::string next;        // "/" where none was given

    Moment now() const { return request.visit.now; }
    bool has_user() const { return session && !session->user.empty(); }
    std::string url_of(std::string_view page) const { return page_url(site.own_path, page, next); }
};

using PageFunction = Outcome (*)(Call&);

struct PageRow {
    std::string_view name;
    PageFunction show;    // GET, HEAD
    PageFunction submit;  // POST
};

// --- what every page has ---

void add_form_values(Page& page, const Call& call, const SessionId& session) {
    page.with("csrf", call.services.tokens.form_token(session)).with("next", call.next == "/" ? "" : call.next);
}

Page page_of(std::string_view name, const Call& call, const SessionId& session) {
    Page page{name, {}, {}};
    add_form_values(page, call, session);
    if (call.has_user()) page.with("user", call.session->user.view());
    return page;
}

// A page that says what went wrong. 401 asks for credentials (RFC 9110 §15.5.2).
Outcome shown_again(int status, Reason reason, Page page) {
    page.error = name_of(reason);
    return {.status = status, .reason = reason, .page = std::move(page)};
}

// The form is from this session and this site.
bool is_own_form(const Call& call) {
    return !call.request.visit.cross_site && call.session &&
           call.services.tokens.is_form_token(call.request.form["csrf"], call.session->id);
}

// An anonymous session is worth nothing but the form it was shown with.
Moment end_of(const Session& session, const Call& call) {
    const auto end = session.signed_in_at + call.site.longest.max_age;
    return session.user.empty() ? std::min(end, call.now() + pending_lifetime) : end;
}

// Every step forward gives the session a new id and ends the old one, which may be over here and alive in a place
// with longer limits.
Result<Done> replace_session(Call& call, Session& session, Outcome& outcome) {
    auto& sessions = call.services.sessions;
    const Session* const former = call.request.visit.session;
    if (former && end_of(*former, call) > call.now()) {
        auto revoked = sessions.revoke(*former, end_of(*former, call));
        if (!revoked) return revoked.error();
        if (!*revoked) return Done{};  // another form of the session was faster
    }
    session.id = call.services.tokens.new_session_id();
    session.last_active = call.now();
    auto marked = mark(session, call.services, call.now());  // behind revoke, which may have ended all others
    if (!marked) return marked.error();
    if (!*marked) return Error{ErrorKind::damaged, "the user's row is gone"};
    if (session.is_verified()) {
        const Origin origin{call.request.visit.address, call.request.visit.browser};
        if (auto noted = sessions.note(session, end_of(session, call), origin); !noted) return noted.error();
    }
    outcome.session = session;
    outcome.user = session.user.view();
    return Done{};
}

// A form that was sent twice is evaluated once: the second waits for the first, finds the session replaced, and is
// led on. Of an evaluation that comes too late, or to nothing, nothing is kept.
template <class Evaluation>
std::optional<Outcome> evaluate_once(Call& call, Evaluation evaluation) {
    std::optional<Outcome> outcome;
    auto kept = call.services.transactions.run([&]() -> Result<bool> {
        outcome = evaluation();
        if (outcome && outcome->session) return true;
        if (outcome && (outcome->status == 503 || outcome->reason == Reason::session_over)) return false;
        auto replaced = call.services.sessions.is_revoked(call.session->id);
        if (!replaced) return replaced.error();
        if (*replaced) outcome = redirect(Reason::step_passed, call.next);
        return outcome && !*replaced;
    });
    return kept ? outcome : failure(kept.error());
}

Outcome finish(Call& call, Method method, Reason reason) {
    auto row = call.services.sessions.row_of(call.session->user.view(), call.session->id);
    if (!row) return failure(row.error());
    // What has changed since the sign-in ends the session; it is not to be taken over.
    if (!*row || (!(*row)->revoked && !still_stands(*call.session, **row))) {
        return redirect(Reason::session_over, call.url_of("login"));
    }
    Session verified = *call.session;
    verified.method = method;
    verified.enrolled = true;
    verified.may_bind = false;
    if (method != Method::skip) verified.verified_at = call.now();
    auto outcome = redirect(reason, call.next);
    auto replaced = replace_session(call, verified, outcome);
    return replaced ? outcome : failure(replaced.error());
}

// --- the step that is due ---

struct Progress {
    Step due = Step::sign_in;
    Standing standing{};
};

// Asks the users table again: what the session knew at sign-in may have changed.
Result<Progress> progress_of(const Call& call) {
    if (!call.has_user() || call.session->refused) return Progress{};
    if (call.session->is_verified()) return Progress{.due = Step::finished};
    if (!is_pending(*call.session, call.now())) return Progress{};
    auto standing = standing_of(call.session->user.view(), call.services);
    if (!standing) return standing.error();
    if (!standing->known || !standing->allowed) return Progress{};
    const Step due = standing->enrolled() ? Step::verify : Step::enroll;
    return Progress{due, std::move(*standing)};
}

Outcome go_to(Step due, const Call& call) {
    switch (due) {
        case Step::sign_in: return redirect(Reason::step_not_due, call.url_of("login"));
        case Step::recover: return redirect(Reason::step_not_due, call.url_of("recovery"));
        case Step::enroll: return redirect(Reason::step_not_due, call.url_of("enroll"));
        case Step::verify: return redirect(Reason::step_not_due, call.url_of("verify"));
        case Step::finished: break;
    }
    return redirect(Reason::step_passed, call.next);
}

// Another step is due than this request is for. Perhaps because an equal form was faster, after this one's session was
// read: then it is not the session's next step that counts, but where the form led.
Outcome lead_on(Step due, Call& call) {
    if (call.request.verb == Verb::post && call.session) {
        auto replaced = call.services.sessions.is_revoked(call.session->id);
        if (!replaced) return failure(replaced.error());
        if (*replaced) return redirect(Reason::step_passed, call.next);
    }
    return go_to(due, call);
}

// Runs `page` with the account's standing where `step` is the one due; else leads to the step that is.
template <class PageBody>
Outcome when_due(Step step, Call& call, PageBody page) {
    auto progress = progress_of(call);
    if (!progress) return failure(progress.error());
    if (progress->due != step) return lead_on(progress->due, call);
    return page(progress->standing);
}

// --- sign-in ---

// A session may be over here and alive in a place with longer limits.
Call for_any_place(Call call) {
    const Session* const session = call.request.visit.session;
    if (session && is_alive(*session, call.site.longest, call.now())) call.session = session;
    return call;
}

Session anonymous_session(const Call& call) {
    return {.id = call.services.tokens.new_session_id(), .signed_in_at = call.now(), .last_active = call.now()};
}

// The sign-in form; a browser without a session gets an anonymous one, to which the form's token is bound.
Outcome login_form(Call& call) {
    const auto fresh = call.session ? std::optional<Session>{} : anonymous_session(call);
    Page page = page_of("login", call, fresh ? fresh->id : call.session->id);
    page.with("username", call.request.form["username"]);
    return {.status = 200, .reason = Reason::page_shown, .page = std::move(page), .session = fresh};
}

Outcome login_form_again(Call& call, int status, Reason reason) {
    auto outcome = login_form(call);
    outcome.status = status;
    outcome.reason = reason;
    outcome.page->error = name_of(reason);
    outcome.user = call.request.form["username"];
    return outcome;
}

Outcome show_login(Call& here) {
    Call call = for_any_place(here);
    // Who comes here with another AuthType's session comes from a place that wants this sign-in.
    if (call.has_user() && call.session->external) return login_form(call);
    auto progress = progress_of(here);
    if (!progress) return failure(progress.error());
    if (progress->due != Step::sign_in) return go_to(progress->due, here);
    auto outcome = login_form(call);
    const Session* const former = here.request.visit.session;
    if (former && !former->user.empty()) outcome.page->notice = "session_ended";
    return outcome;
}

// Where the engine reports only, nobody is sent to a second factor.
Step due_after_password(const Session& session, const Call& call) {
    return call.policy.engine == Engine::report_only ? Step::finished : session.due();
}

Outcome after_password(Call& call, Standing& standing) {
    if (auto uuid = call.services.accounts.uuid_of_row(standing.account); !uuid) return failure(uuid.error());
    Session session{
        .user = standing.account.name,
        .enrolled = standing.enrolled(),
        .signed_in_at = call.now(),
    };
    Outcome outcome = go_to(due_after_password(session, call), call);
    outcome.reason = Reason::signed_in;
    if (standing.enrolled() && !standing.account.mfa_enabled) {
        auto skipped = call.services.accounts.consume_skip(standing.account);
        if (!skipped) return failure(skipped.error());
        if (*skipped) {
            session.method = Method::skip;
            outcome = redirect(Reason::skip_used, call.next);
        }
    }
    auto replaced = replace_session(call, session, outcome);
    return replaced ? outcome : failure(replaced.error());
}

Outcome sign_in(Call& call, std::string_view name) {
    auto standing = standing_of(name, call.services);
    if (!standing) return failure(standing.error());
    if (!standing->known) return refusal(403, Reason::not_known);
    if (!standing->allowed) return refusal(403, Reason::not_allowed);
    if (auto purged = call.services.sessions.purge(); !purged) return failure(purged.error());
    return *evaluate_once(call, [&] { return after_password(call, *standing); });
}

Outcome submit_login(Call& here) {
    Call call = for_any_place(here);
    if (!call.session && !call.request.visit.session) {
        auto outcome = refusal(403, Reason::cookies_blocked);
        outcome.page->with("retry", call.url_of("login"));
        return outcome;
    }
    if (!is_own_form(call)) return login_form_again(call, 403, Reason::form_stale);

    const auto name = call.request.form["username"];
    const auto password = call.request.form["password"];
    auto& limit = call.services.sign_in_limit;
    const auto address = call.request.visit.address;
    auto wait = limit.charge(name, address);
    if (!wait) return failure(wait.error());
    if (*wait) return told_to_wait(login_form_again(call, 429, Reason::too_many_sign_ins), **wait);
    auto right = call.services.passwords.are_right(name, password);
    if (!right) {
        auto given_back = limit.give_back(name, address);
        return failure(given_back ? right.error() : given_back.error());
    }
    if (!*right) return login_form_again(call, 401, Reason::wrong_password);
    if (auto cleared = limit.clear(name, address); !cleared) return failure(cleared.error());

    auto outcome = sign_in(call, name);
    if (outcome.user.empty()) outcome.user = name;
    return outcome;
}

// --- enrollment ---

Outcome enrollment_form(Call& call, const Account& account) {
    auto enrollment = call.services.validator.enrollment(account, call.session->id);
    if (!enrollment) return failure(enrollment.error());
    Page page = page_of("enroll", call, call.session->id);
    page.with("secret", enrollment->secret).with("otpauth", enrollment->uri);
    return {.status = 200, .reason = Reason::page_shown, .page = std::move(page)};
}

Outcome enrollment_form_again(Call& call, const Account& account, int status, Reason reason) {
    auto outcome = enrollment_form(call, account);
    if (outcome.status != 200) return outcome;
    outcome = shown_again(status, reason, std::move(*outcome.page));
    outcome.user = account.name.view();
    return outcome;
}

// The account with a uuid of its own: an enrollment is the first that needs one.
Result<Account> with_uuid(Account account, Call& call) {
    auto uuid = call.services.accounts.own_uuid(account);
    if (!uuid) return uuid.error();
    account.uuid = std::move(*uuid);
    return account;
}

template <class PageBody>
Outcome when_enrolling(Call& call, PageBody page) {
    return when_due(Step::enroll, call, [&](Standing& standing) {
        auto account = with_uuid(std::move(standing.account), call);
        return account ? page(*account) : failure(account.error());
    });
}

Outcome show_enroll(Call& call) {
    return when_enrolling(call, [&](const Account& account) { return enrollment_form(call, account); });
}

Outcome show_qr(Call& call) {
    return when_due(Step::enroll, call, [&](const Standing& standing) {
        auto enrollment = call.services.validator.pending_enrollment(standing.account, call.session->id);
        if (!enrollment) return failure(enrollment.error());
        if (!*enrollment) return refusal(404, Reason::not_found);
        Page page{"qr", {}, {}};
        page.with("otpauth", (*enrollment)->uri);
        return Outcome{.status = 200, .reason = Reason::page_shown, .page = std::move(page)};
    });
}

// Another step than the one asked for may be due by now: another browser of the same user was faster.
Outcome enrollment_anew(Call& call, Reason reason, const Check& check) {
    auto outcome = when_enrolling(call, [&](const Account& account) { return enrollment_form_again(call, account, 401, reason); });
    if (outcome.reason == reason) outcome.detail = check.detail;
    return outcome;
}

// Nothing where the code is not accepted, or the secret not pending any more.
std::optional<Outcome> bind_factor(Call& call, const Account& account, const Check& check) {
    if (check.verdict != Verdict::accepted) return std::nullopt;
    auto bound = call.services.validator.bind(account, call.session->id, check, call.request.visit.address);
    if (!bound) return failure(bound.error());
    if (!*bound) return std::nullopt;
    return finish(call, Method::totp, Reason::enrolled);
}

Reason reason_for_another_code(Verdict verdict) {
    switch (verdict) {
        case Verdict::secret_spent: return Reason::new_secret;
        case Verdict::accepted:
        case Verdict::expired: return Reason::enrollment_expired;
        default: return Reason::wrong_code;
    }
}

Outcome submit_enroll(Call& call) {
    return when_enrolling(call, [&](const Account& account) {
        if (!is_own_form(call)) return enrollment_form_again(call, account, 403, Reason::form_stale);
        const auto code = normalized_code(call.request.form["code"], call.site.totp_digits);
        if (!code) return enrollment_form_again(call, account, 401, Reason::wrong_code);
        auto check = call.services.validator.check_enrollment(account, call.session->id, *code, call.now());
        if (!check) return failure(check.error());
        auto outcome = evaluate_once(call, [&] { return bind_factor(call, account, *check); });
        return outcome ? std::move(*outcome) : enrollment_anew(call, reason_for_another_code(check->verdict), *check);
    });
}

// --- verification ---

// Where another AuthType is the first factor, a skip is taken by a button: no GET uses it up.
bool may_skip(const Call& call, const Account& account) { return call.session->external && !account.mfa_enabled; }

Outcome verification_form(Call& call, const Standing& standing) {
    Page page = page_of("verify", call, call.session->id);
    page.with("digits", std::to_string(*standing.code_digits));
    if (may_skip(call, standing.account)) page.with("skip", "1");
    return {.status = 200, .reason = Reason::page_shown, .page = std::move(page)};
}

Outcome verification_form_again(Call& call, const Standing& standing, int status, Reason reason) {
    auto outcome = shown_again(status, reason, std::move(*verification_form(call, standing).page));
    outcome.user = standing.account.name.view();
    return outcome;
}

Outcome verification_form_later(Call& call, const Standing& standing, const Check& check) {
    auto outcome = verification_form_again(call, standing, 429, Reason::too_many_codes);
    outcome.detail = check.detail;
    return told_to_wait(std::move(outcome), check.wait);
}

Outcome show_verify(Call& call) {
    return when_due(Step::verify, call, [&](const Standing& standing) { return verification_form(call, standing); });
}

Outcome submit_skip(Call& call, Standing& standing) {
    if (may_skip(call, standing.account)) {
        auto skipped = call.services.accounts.consume_skip(standing.account);
        if (!skipped) return failure(skipped.error());
        if (*skipped) return finish(call, Method::skip, Reason::skip_used);
    }
    standing.account.mfa_enabled = true;
    return verification_form_again(call, standing, 401, Reason::skip_gone);
}

Outcome evaluate_code(Call& call, const Standing& standing, const Check& check) {
    switch (check.verdict) {
        case Verdict::accepted: break;
        case Verdict::replayed: return verification_form_again(call, standing, 401, Reason::code_used);
        case Verdict::wait: return verification_form_later(call, standing, check);
        default: return verification_form_again(call, standing, 401, Reason::wrong_code);
    }
    auto spent = call.services.validator.spend(standing.account, check);
    if (!spent) return failure(spent.error());
    if (!*spent) return verification_form_again(call, standing, 401, Reason::code_used);
    return finish(call, Method::totp, Reason::code_accepted);
}

Outcome submit_verify(Call& call) {
    return when_due(Step::verify, call, [&](Standing& standing) {
        if (!is_own_form(call)) return verification_form_again(call, standing, 403, Reason::form_stale);
        if (call.request.form.has("skip")) return *evaluate_once(call, [&] { return submit_skip(call, standing); });
        const auto code = normalized_code(call.request.form["code"], *standing.code_digits);
        if (!code) return verification_form_again(call, standing, 401, Reason::wrong_code);
        auto check = call.services.validator.check(standing.account, *code, call.now());
        if (!check) return failure(check.error());
        if (check->verdict == Verdict::factor_gone) return enrollment_anew(call, Reason::factor_gone, *check);
        return *evaluate_once(call, [&] { return evaluate_code(call, standing, *check); });
    });
}

// --- sign-out ---

Outcome show_logout(Call& here) {
    const Call call = for_any_place(here);
    if (!call.has_user()) return redirect(Reason::step_not_due, call.url_of("login"));
    return {.status = 200, .reason = Reason::page_shown, .page = page_of("logout", call, call.session->id)};
}

Outcome submit_logout(Call& here) {
    const Call call = for_any_place(here);
    if (!call.has_user()) return redirect(Reason::step_not_due, call.url_of("login"));
    if (!is_own_form(call)) return shown_again(403, Reason::form_stale, page_of("logout", call, call.session->id));
    auto revoked = call.services.sessions.revoke(*call.session, end_of(*call.session, call));
    if (!revoked) return failure(revoked.error());
    auto outcome = redirect(Reason::signed_out, call.url_of("login"));
    outcome.drop_session = true;
    outcome.user = call.session->user.view();
    return outcome;
}

constexpr PageRow pages[] = {
    {"login", show_login, submit_login},
    {"enroll", show_enroll, submit_enroll},
    {"enroll/qr.svg", show_qr, nullptr},
    {"verify", show_verify, submit_verify},
    {"logout", show_logout, submit_logout},
};

const PageRow* page_named(std::string_view name) {
    for (const auto& row : pages) {
        if (row.name == name) return &row;
    }
    return nullptr;
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
    // A button pressed twice: the first press has given the session a new id.
    if (posted && request.visit.revoked && row->submit != submit_logout) return redirect(Reason::step_passed, call.next);
    auto outcome = posted ? row->submit(call) : row->show(call);
    if (outcome.status == 503) outcome.page->with("retry", call.url_of(row->name));
    // Who cannot go on can leave.
    const bool must_wait = outcome.page && outcome.page->name == "error" && outcome.retry_after > seconds{};
    if (must_wait && call.has_user()) add_form_values(*outcome.page, call, call.session->id);
    return outcome;
}

}  // namespace

Outcome serve(const PageVisit& request, const Policy& policy, const Site& site, Services& services) {
    const Session* const opened = request.visit.session;
    const bool alive = opened && is_alive(*opened, policy.limits(), request.visit.now);
    auto outcome = answer_to(request, policy, site, services, alive ? opened : nullptr);
    if (outcome.user.empty() && alive) outcome.user = opened->user.view();
    // A visit of an own page is activity like any other.
    const bool changed = outcome.session || outcome.drop_session;
    if (alive && !changed && !opened->refused && is_touch_due(*opened, policy.limits(), request.visit.now)) {
        outcome.session = *opened;
        outcome.session->last_active = request.visit.now;
    }
    return outcome;
}

}  // namespace uzmfa
