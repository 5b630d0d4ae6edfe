// SPDX-License-Identifier: Apache-2.0
#include "core/outcome.hpp"

namespace uzmfa {

Outcome redirect(Reason reason, std::string location) {
    return {.status = 303, .reason = reason, .location = std::move(location)};
}

Outcome refusal(int status, Reason reason) {
    return {.status = status, .reason = reason, .page = Page{"error", name_of(reason), {}}};
}

Outcome failure(const Error& error) {
    Outcome outcome = refusal(503, Reason::unavailable);
    if (error.kind != ErrorKind::unavailable) outcome.reason = Reason::damaged;
    outcome.detail = error.detail;
    return outcome;
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
    }
    return {};
}

}  // namespace uzmfa
