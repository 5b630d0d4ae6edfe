// SPDX-License-Identifier: Apache-2.0
// What the own pages have in common: the request as they see it, the step that is due, and how a step is passed.
#pragma once

#include "core/gate.hpp"
#include "core/kept_post.hpp"
#include "core/outcome.hpp"
#include "core/policy.hpp"
#include "core/ports.hpp"
#include "core/visit.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace uzmfa {

// One request for an own page, and all that its functions need.
struct Call {
    const PageVisit& request;
    const Policy& policy;
    const Site& site;
    Services& services;
    const Session* session;  // alive; may be anonymous
    std::string next;        // "/" where none was given
    std::string waiting{};   // the address of a form that waits in this browser

    Moment now() const { return request.visit.now; }
    bool has_user() const { return session && !session->user.empty(); }
    // No step is due here, unless the person asks for one.
    bool has_arrived() const { return has_user() && session->is_verified() && !session->refused && !session->verify_again; }
    std::string url_of(std::string_view page) const { return page_url(site.own_path, page, next); }
    // Where the way through all steps ends: at `next`, or before it at the form that waits there.
    std::string arrival() const { return next == waiting ? kept_page_url(site.own_path, next) : next; }
    std::string_view field(std::string_view name) const { return request.form[name]; }
};

// --- pages ---

// The token and `next`, for the forms of a page.
void add_form_values(Page& page, const Call& call, const SessionId& session);
Page page_of(std::string_view name, const Call& call, const SessionId& session);
inline Page page_of(std::string_view name, const Call& call) { return page_of(name, call, call.session->id); }
Outcome shown(Page page);
Origin origin_of(const Call& call);
// A page that says what went wrong. 401 asks for credentials (RFC 9110 §15.5.2).
Outcome shown_again(int status, Reason reason, Page page);

// The form is from this session and this site.
bool is_own_form(const Call& call);
// The same of a token that came in another way.
bool has_own_token(const Call& call, std::string_view token);

// --- sessions ---

// A session may be over here and alive in a place with longer limits.
Call for_any_place(Call call);

// When the session ends by its age. An anonymous session is worth nothing but the form it was shown with.
Moment end_of(const Session& session, const Call& call);

// Every step forward gives the session a new id and ends the old one, which may be over here and alive in a place
// with longer limits.
// `change` is what else is done, by the form that ended the old one.
using Change = std::function<Result<Done>()>;
Result<Done> replace_session(Call& call, Session& session, Outcome& outcome, const Change& change = {});

// The session under a new id, as replace_session, within evaluate_once; but one whose user's row has changed since the
// sign-in is over.
Outcome go_forward(Call& call, Session session, Outcome outcome, const Change& change = {});
// A change: all other sessions of the user are over, and no browser is remembered.
Result<Done> end_other_sessions(Call& call);
// The second factor is passed: to the arrival, or to where `outcome` leads.
Outcome finish(Call& call, Method method, Outcome outcome, const Change& change = {});
inline Outcome finish(Call& call, Method method, Reason reason) { return finish(call, method, redirect(reason, call.arrival())); }
// The same in a browser in which the user has verified then.
Outcome finish_remembered(Call& call, Moment verified_at, std::string way);
// A verified session has to verify again, and comes to `next` then.
Outcome asked_to_verify(const Call& call);
// The session may enroll although it has not passed its second factor, or has one.
Outcome allow_binding(Call& call, Outcome outcome);

// A form that was sent twice is evaluated once: the second waits for the first, finds the session replaced, and is
// led on. Of an evaluation that comes too late, or to nothing, nothing is kept.
std::optional<Outcome> evaluate_once(Call& call, const std::function<std::optional<Outcome>()>& evaluation);

// --- the step that is due ---

struct Progress {
    Step due = Step::sign_in;
    Standing standing{};
};

// Asks the users table again: what the session knew at sign-in may have changed.
Result<Progress> progress_of(const Call& call);
// To its page; a program gets a 401 that names the page.
Outcome go_to(Step due, const Call& call);
// Another step is due than this request is for. Perhaps because an equal form was faster, after this one's session was
// read: then it is not the session's next step that counts, but where the form led.
Outcome lead_on(Step due, Call& call);

// Runs `page` with the account's standing where `step` is the one due; else leads to the step that is.
template <class PageBody>
Outcome when_due(Step step, Call& call, PageBody page) {
    auto progress = progress_of(call);
    if (!progress) return failure(progress.error());
    if (progress->due != step) return lead_on(progress->due, call);
    return page(progress->standing);
}

// --- wrong codes ---

// What cannot be a code at all: answered as a wrong one, but no try.
Outcome no_code(Outcome wrong);

// Takes the skip that an administrator or the application has set: true for one caller. A closed factor stays so.
Result<bool> takes_skip(Call& call, const Account& account);

// Counts a code before `look` looks at it, and takes it back where it was not looked at, or for nothing: `look` says
// Looked::no, the step was passed already, or the session is over. One that is wrong counts all the same, or guesses in
// sessions that were ended would be free. Where none may be looked at now, `refuse` says so.
enum class Looked : std::uint8_t { yes, no, wrong };
Outcome looked_at_once_charged(Call& call, const Account& account, AttemptKind kind,
                               const std::function<Outcome(Looked&)>& look, const std::function<Outcome(const Charge&)>& refuse);

}  // namespace uzmfa
