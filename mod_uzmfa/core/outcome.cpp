// SPDX-License-Identifier: Apache-2.0
#include "core/outcome.hpp"

#include <algorithm>

namespace uzmfa {

Outcome redirect(Reason reason, std::string location) {
    return {.status = 303, .reason = reason, .location = std::move(location)};
}

Outcome refusal(int status, Reason reason) {
    return {.status = status, .reason = reason, .page = Page{"error", name_of(reason), {}}};
}

Outcome problem(int status, Reason reason, std::string_view error) {
    return {.status = status, .reason = reason, .page = Page{"problem", error, {}}};
}

Outcome step_required(Reason reason, std::string_view url) {
    auto outcome = problem(401, reason, name_of(reason));
    outcome.page->with("verify_url", url);
    return outcome;
}

Outcome as_problem(Outcome outcome) {
    if (outcome.page && outcome.page->name == "error") outcome.page = Page{"problem", outcome.page->error, {}};
    return outcome;
}

Outcome told_to_wait(Outcome outcome, seconds wait) {
    using std::chrono::ceil, std::chrono::hours, std::chrono::minutes;
    // A provider may say 0, and a 429 or 503 always says how long.
    outcome.retry_after = std::max(wait, seconds{1});
    if (!outcome.page) return outcome;
    if (wait < minutes{2}) {
        outcome.page->with("wait_seconds", std::to_string(std::max(seconds{1}, wait).count()));
    } else if (wait < hours{2}) {
        outcome.page->with("wait_minutes", std::to_string(std::max(minutes{1}, ceil<minutes>(wait)).count()));
    } else {
        outcome.page->with("wait_hours", std::to_string(ceil<hours>(wait).count()));
    }
    return outcome;
}

namespace {

Reason reason_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::unavailable: return Reason::unavailable;
        case ErrorKind::provider_not_asked:
        case ErrorKind::provider_unavailable: return Reason::provider_unavailable;
        case ErrorKind::provider_refuses: return Reason::provider_refuses;
        case ErrorKind::provider_limit: return Reason::provider_limit;
        case ErrorKind::busy: return Reason::sign_in_busy;
        case ErrorKind::damaged:
        case ErrorKind::misconfigured: break;
    }
    return Reason::damaged;
}

// What a page says is the same whether it is broken or away: a person can only try again.
Reason reason_to_show(ErrorKind kind) {
    const bool is_told = kind == ErrorKind::provider_limit || kind == ErrorKind::busy;
    return is_told ? reason_of(kind) : Reason::unavailable;
}

}  // namespace

Outcome failure(const Error& error) {
    Outcome outcome = refusal(error.kind == ErrorKind::provider_limit ? 429 : 503, reason_to_show(error.kind));
    outcome.reason = reason_of(error.kind);
    outcome.detail = error.detail;
    return told_to_wait(std::move(outcome), error.retry_after);
}

std::string_view name_of(Reason reason) {
    switch (reason) {
        case Reason::verified: return "verified";
        case Reason::signed_in_only: return "signed_in_only";
        case Reason::would_stop: return "would_stop";
        case Reason::sign_in_required: return "sign_in_required";
        case Reason::enrollment_required: return "enrollment_required";
        case Reason::verification_required: return "verification_required";
        case Reason::no_user: return "no_user";
        case Reason::other_sign_in: return "other_sign_in";
        case Reason::not_known: return "not_known";
        case Reason::not_allowed: return "not_allowed";
        case Reason::insecure: return "insecure";
        case Reason::forbidden: return "forbidden";
        case Reason::not_permitted: return "not_permitted";
        case Reason::page_shown: return "page_shown";
        case Reason::step_passed: return "step_passed";
        case Reason::step_not_due: return "step_not_due";
        case Reason::not_found: return "not_found";
        case Reason::method_not_allowed: return "method_not_allowed";
        case Reason::bad_request: return "bad_request";
        case Reason::too_large: return "too_large";
        case Reason::cookies_blocked: return "cookies_blocked";
        case Reason::form_stale: return "form_stale";
        case Reason::wrong_password: return "wrong_password";
        case Reason::signed_in: return "signed_in";
        case Reason::signed_out: return "signed_out";
        case Reason::enrolled: return "enrolled";
        case Reason::wrong_code: return "wrong_code";
        case Reason::code_used: return "code_used";
        case Reason::new_secret: return "new_secret";
        case Reason::enrollment_expired: return "enrollment_expired";
        case Reason::code_accepted: return "code_accepted";
        case Reason::skip_used: return "skip_used";
        case Reason::skip_gone: return "skip_gone";
        case Reason::unavailable: return "unavailable";
        case Reason::damaged: return "damaged";
        case Reason::too_many_codes: return "too_many_codes";
        case Reason::factor_gone: return "factor_gone";
        case Reason::provider_unavailable: return "provider_unavailable";
        case Reason::provider_refuses: return "provider_refuses";
        case Reason::provider_limit: return "provider_limit";
        case Reason::session_over: return "session_over";
        case Reason::too_many_sign_ins: return "too_many_sign_ins";
        case Reason::sign_in_busy: return "sign_in_busy";
        case Reason::recovery_used: return "recovery_used";
        case Reason::temporary_used: return "temporary_used";
        case Reason::wrong_recovery_code: return "wrong_recovery_code";
        case Reason::too_many_recovery_codes: return "too_many_recovery_codes";
        case Reason::factor_closed: return "factor_closed";
        case Reason::recovery_closed: return "recovery_closed";
        case Reason::step_up_required: return "step_up_required";
        case Reason::recovery_codes_made: return "recovery_codes_made";
        case Reason::factor_replacing: return "factor_replacing";
        case Reason::skip_set: return "skip_set";
        case Reason::user_reset: return "reset";
        case Reason::unlocked: return "unlocked";
        case Reason::temporary_code_made: return "temporary_code_made";
        case Reason::sessions_ended: return "sessions_ended";
        case Reason::action_refused: return "action_refused";
        case Reason::admin_open: return "admin_open";
        case Reason::browser_known: return "browser_known";
        case Reason::browser_forgotten: return "browser_forgotten";
        case Reason::own_session_ended: return "own_session_ended";
        case Reason::other_sessions_ended: return "other_sessions_ended";
        case Reason::not_a_code: return "not_a_code";
        case Reason::exempt: return "exempt";
        case Reason::foreign_upgrade: return "foreign_upgrade";
        case Reason::other_user: return "other_user";
        case Reason::form_sent: return "form_sent";
        case Reason::form_dropped: return "form_dropped";
        case Reason::unsupported_type: return "unsupported_type";
    }
    return {};
}

}  // namespace uzmfa
