// SPDX-License-Identifier: Apache-2.0
// The users' own page: their factor, their recovery codes, and where they are signed in.
#include "core/administration.hpp"
#include "core/pages/origin_row.hpp"
#include "core/pages/own_pages.hpp"
#include "core/pages/password.hpp"
#include "core/pages/recovery_codes.hpp"
#include "core/utc.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

constexpr std::string_view page_name = "account";
constexpr std::size_t few_codes = 3;

// Its own `next` comes along; where this is `next` already, it has one.
std::string url_of_page(const Call& call) {
    const auto page = page_url(call.site.own_path, page_name, "");
    const bool is_next = call.next == page || call.next.starts_with(page + "?");
    return is_next ? call.next : call.url_of(page_name);
}

// Another step, which leads back here.
Call on_the_way_back(const Call& call) {
    Call step = call;
    step.next = url_of_page(call);
    return step;
}

// What has led here, as the page says it once; where a link of another site did, it is not so.
constexpr Reason notices[] = {Reason::own_session_ended, Reason::other_sessions_ended, Reason::browser_forgotten,
                              Reason::recovery_used,     Reason::browser_known,        Reason::step_not_due};

std::string_view notice_of(const Call& call) {
    if (call.request.visit.cross_site) return {};
    for (const auto reason : notices) {
        if (name_of(reason) == call.request.query["done"]) return name_of(reason);
    }
    return {};
}

// Who changes the ways in must have proven both factors just now (R35): the second within a pending_lifetime, and the
// password with the form; or, where httpd asks for it, by a sign-in that is as young.
enum class Proof : std::uint8_t { lies_before, needs_code, needs_sign_in };
Proof proof_of(const Session& session, Moment now) {
    if (session.external && now - session.signed_in_at >= pending_lifetime) return Proof::needs_sign_in;
    const bool is_proof = session.method == Method::totp || session.method == Method::recovery;
    return is_proof && now - session.verified_at < pending_lifetime ? Proof::lies_before : Proof::needs_code;
}

// --- what is shown ---

void add_sessions(Page& page, const Call& call, const AccountDetails& details) {
    std::vector<Page::Values> rows;
    for (const auto& session : details.sessions) {
        auto row = origin_row(session.verified_at, session.address, session.browser);
        if (session.id == call.session->id) row.emplace_back("is_this", "1");
        else row.emplace_back("id", call.services.tokens.digest_of(session.id));
        rows.push_back(std::move(row));
    }
    if (rows.size() > 1) page.with("has_others", "1");
    page.lists.emplace_back("sessions", std::move(rows));
}

void add_browsers(Page& page, const AccountDetails& details) {
    std::vector<Page::Values> rows;
    for (const auto& browser : details.browsers) {
        auto row = origin_row(browser.verified_at, browser.address, browser.browser);
        row.emplace_back("id", browser.id);
        row.emplace_back("until", utc(browser.expires_at));
        rows.push_back(std::move(row));
    }
    if (rows.empty()) return;
    page.with("has_browsers", "1").with("has_others", "1");
    page.lists.emplace_back("browsers", std::move(rows));
}

void add_proof(Page& page, const Call& call) {
    switch (proof_of(*call.session, call.now())) {
        case Proof::needs_sign_in: page.with("needs_sign_in", "1"); break;
        case Proof::needs_code: page.with("needs_code", "1"); break;
        case Proof::lies_before: page.with("asks_password", call.session->external ? "" : "1");
    }
}

Result<Page> page_of_account(const Call& call) {
    auto found = call.services.administration.find(call.session->user.view());
    if (!found) return found.error();
    if (!*found) return Error{ErrorKind::damaged, "the user's row is gone"};
    const AccountDetails& details = **found;
    // Only told.
    const auto events = call.services.account_events.latest(details.account.uuid);

    Page page = page_of(page_name, call);
    page.with("continue", call.arrival()).with("has_next", call.next == "/" ? "" : "1");
    if (details.binding) page.with("bound_at", utc(details.binding->bound_at)).with("bound_from", details.binding->bound_from);
    page.with("codes_left", std::to_string(details.recovery_codes_left));
    if (call.site.recovery_codes > 0) page.with("has_codes", "1");
    if (details.recovery_codes_left < few_codes) page.with("few_left", "1");
    add_proof(page, call);
    add_sessions(page, call, details);
    add_browsers(page, details);
    if (events && !events->empty()) page.with("has_events", "1").lists.emplace_back("events", rows_of(*events));
    return page;
}

Outcome account_again(const Call& call, int status, Reason reason, std::string_view error) {
    auto page = page_of_account(call);
    if (!page) return failure(page.error());
    auto outcome = shown_again(status, reason, std::move(*page));
    outcome.page->error = error;
    // The form that it is about.
    if (call.field("action") == "replace") outcome.page->with("opens_replace", "1");
    if (call.field("action") == "new-codes") outcome.page->with("opens_codes", "1");
    return outcome;
}

// --- what the buttons do ---

// A second press leads back here.
Outcome once(const Call& call, const std::function<Outcome()>& change) {
    Call back = on_the_way_back(call);
    return *evaluate_once(back, change);
}

Outcome end_session(Call& call) {
    auto found = call.services.administration.find(call.session->user.view());
    if (!found) return failure(found.error());
    const auto sessions = *found ? std::move((*found)->sessions) : std::vector<VerifiedSession>{};
    const auto ended = std::find_if(sessions.begin(), sessions.end(), [&](const VerifiedSession& session) {
        return call.services.tokens.digest_of(session.id) == call.field("session");
    });
    // It may have ended by itself.
    if (ended == sessions.end()) return redirect(Reason::step_passed, account_url(call, Reason::own_session_ended));
    if (ended->id == call.session->id) return redirect(Reason::step_not_due, call.url_of("logout"));
    const Session other{.id = ended->id, .mark = call.session->mark};
    return once(call, [&] {
        auto outcome = redirect(Reason::own_session_ended, account_url(call, Reason::own_session_ended));
        // Under a new id: where the user has ended very many, all others are over, and this one must not be.
        return go_forward(call, *call.session, std::move(outcome), [&]() -> Result<Done> {
            auto revoked = call.services.sessions.revoke(other, ended->ends_at);
            return revoked ? Result<Done>{Done{}} : revoked.error();
        });
    });
}

Outcome end_others(Call& call) {
    return once(call, [&] {
        auto outcome = redirect(Reason::other_sessions_ended, account_url(call, Reason::other_sessions_ended));
        return go_forward(call, *call.session, std::move(outcome), [&] { return end_other_sessions(call); });
    });
}

Outcome forget_browser(Call& call) {
    auto forgotten = call.services.browsers.forget(text_of(call.session->mark.uuid), call.field("browser"));
    if (!forgotten) return failure(forgotten.error());
    return redirect(*forgotten ? Reason::browser_forgotten : Reason::step_passed, account_url(call, Reason::browser_forgotten));
}

Outcome make_codes(Call& call) {
    return once(call, [&] {
        std::vector<std::string> codes;
        auto outcome = redirect(Reason::recovery_codes_made, url_of_page(call));
        outcome = go_forward(call, *call.session, std::move(outcome), [&]() -> Result<Done> {
            auto made = new_recovery_codes(call, text_of(call.session->mark.uuid));
            if (!made) return made.error();
            codes = std::move(*made);
            return Done{};
        });
        return outcome.session ? with_recovery_codes(call, std::move(outcome), codes) : outcome;
    });
}

Outcome replace_factor(Call& call) {
    const Call enrolling = on_the_way_back(call);
    return once(call, [&] {
        return allow_binding(call, redirect(Reason::factor_replacing, enrolling.url_of("enroll")));
    });
}

// Who thinks better of another app.
Outcome keep_factor(Call& call) {
    return once(call, [&] {
        Session session = *call.session;
        session.may_bind = false;
        return go_forward(call, std::move(session), redirect(Reason::step_passed, url_of_page(call)));
    });
}

// Runs `change` for who proves both factors.
Outcome when_proven(Call& call, Outcome (*change)(Call&)) {
    switch (proof_of(*call.session, call.now())) {
        case Proof::needs_sign_in: return account_again(call, 403, Reason::step_up_required, "sign_in_needed");
        case Proof::needs_code: return asked_to_verify(on_the_way_back(call));
        case Proof::lies_before: break;
    }
    if (call.session->external) return change(call);
    auto check = check_password(call, call.session->user.view());
    if (!check) return failure(check.error());
    switch (check->answer) {
        case PasswordCheck::Answer::wait:
            return told_to_wait(account_again(call, 429, Reason::too_many_sign_ins, "too_many_passwords"), check->wait);
        case PasswordCheck::Answer::wrong: return account_again(call, 401, Reason::wrong_password, "password_not_right");
        case PasswordCheck::Answer::right: break;
    }
    return change(call);
}

Outcome act(Call& call) {
    const auto action = call.field("action");
    if (action == "end-session") return end_session(call);
    if (action == "end-others") return end_others(call);
    if (action == "forget-browser") return forget_browser(call);
    if (action == "keep") return keep_factor(call);
    if (action == "replace") return when_proven(call, replace_factor);
    if (action == "new-codes" && call.site.recovery_codes > 0) return when_proven(call, make_codes);
    return refusal(400, Reason::bad_request);
}

// Who has passed a second factor.
template <class Body>
Outcome as_owner(Call& call, Body body) {
    if (call.has_user() && !call.session->refused && call.session->is_verified()) return body();
    auto progress = progress_of(call);
    return progress ? go_to(progress->due, on_the_way_back(call)) : failure(progress.error());
}

}  // namespace

std::string account_url(const Call& call, Reason done) {
    const auto url = url_of_page(call);
    return url + (url.find('?') == url.npos ? "?" : "&") + "done=" + std::string{name_of(done)};
}

Outcome show_account(Call& call) {
    return as_owner(call, [&] {
        auto page = page_of_account(call);
        if (!page) return failure(page.error());
        page->notice = notice_of(call);
        return shown(std::move(*page));
    });
}

Outcome submit_account(Call& call) {
    return as_owner(call, [&] {
        if (!is_own_form(call)) return account_again(call, 403, Reason::form_stale, name_of(Reason::form_stale));
        return act(call);
    });
}

}  // namespace uzmfa
