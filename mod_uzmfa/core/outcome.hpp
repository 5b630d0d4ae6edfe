// SPDX-License-Identifier: Apache-2.0
// What becomes of a request. The edge turns it into status, headers, page, session and log line.
#pragma once

#include "core/document.hpp"
#include "core/result.hpp"
#include "core/session.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace uzmfa {

// Why; each is an event with an id and a text of its own (docs/reference.md).
enum class Reason : std::uint8_t {
    verified,
    signed_in_only,
    would_stop,
    sign_in_required,
    enrollment_required,
    verification_required,
    no_user,
    other_sign_in,
    not_known,
    not_allowed,
    insecure,
    forbidden,
    not_permitted,
    page_shown,
    step_passed,
    step_not_due,
    not_found,
    method_not_allowed,
    bad_request,
    too_large,
    cookies_blocked,
    form_stale,
    wrong_password,
    signed_in,
    signed_out,
    enrolled,
    wrong_code,
    code_used,
    new_secret,
    enrollment_expired,
    code_accepted,
    skip_used,
    skip_gone,
    unavailable,
    damaged,
    too_many_codes,
    factor_gone,
    provider_unavailable,
    provider_refuses,
    provider_limit,
    session_over,
    too_many_sign_ins,
    sign_in_busy,
    recovery_used,
    temporary_used,
    wrong_recovery_code,
    too_many_recovery_codes,
    factor_closed,
    recovery_closed,
    step_up_required,
    recovery_codes_made,
    factor_replacing,
    skip_set,
    user_reset,
    unlocked,
    temporary_code_made,
    sessions_ended,
    action_refused,
    admin_open,
    browser_known,
    browser_forgotten,
    own_session_ended,
    other_sessions_ended,
    not_a_code,
    exempt,
    foreign_upgrade,
    other_user,
    form_sent,
    form_dropped,
    unsupported_type,
};
inline constexpr std::size_t reason_count = static_cast<std::size_t>(Reason::unsupported_type) + 1;

struct Page {
    std::string_view name;      // "login": the template login.html; "problem", "qr" and "plot" are not HTML
    std::string_view error;     // key of a text in the language file, shown as an error
    using Values = std::vector<std::pair<std::string_view, std::string>>;
    Values values;
    std::string_view notice{};  // key of a text, said calmly
    std::vector<std::pair<std::string_view, std::vector<Values>>> lists{};

    Page& with(std::string_view key, std::string_view value) {
        if (!value.empty()) values.emplace_back(key, std::string{value});
        return *this;
    }
};

struct Outcome {
    int status = 0;                   // an HTTP status; 0: the request goes on
    Reason reason = Reason::verified;
    std::string location{};           // of a 303
    std::string_view allow{};         // of a 405
    seconds retry_after{};            // of a 429 or 503
    std::optional<Page> page{};
    std::optional<Session> session{}; // replaces the browser's
    bool drop_session = false;
    std::string browser_token{};      // that the browser is to be remembered by
    std::string user{};               // whom it is about, for the log
    std::string made_by{};            // the administrator, where it is not the user
    std::string detail{};             // for the log only
    std::optional<Document> document{};  // in the place of a page
};

Outcome redirect(Reason reason, std::string location);
Outcome refusal(int status, Reason reason);  // an error page, whose texts are named after the reason
Outcome failure(const Error& error);         // 503; 429 where the provider takes no more of this user
Outcome problem(int status, Reason reason, std::string_view error);  // a problem document (RFC 9457); `error` names its text
Outcome step_required(Reason reason, std::string_view url);  // 401 for a program; `url`: of the page that a person must pass
Outcome as_problem(Outcome outcome);                                 // an error page as a problem document
// The page says how long to wait, and so does Retry-After.
Outcome told_to_wait(Outcome outcome, seconds wait);

std::string_view name_of(Reason reason);

}  // namespace uzmfa
