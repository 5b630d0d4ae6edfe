// SPDX-License-Identifier: Apache-2.0
#include "core/event.hpp"

#include "core/printable.hpp"

namespace uzmfa {
namespace {

// As the schema has them.
constexpr std::size_t name_bytes = 32;
constexpr std::size_t uuid_bytes = 36;
constexpr std::size_t address_bytes = 64;
constexpr std::size_t session_bytes = 16;
constexpr std::size_t method_bytes = 16;
constexpr std::size_t text_bytes = 255;

std::string fit(std::string_view text, std::size_t most) {
    // Cut once before, for a User-Agent may be very long.
    return std::string{beginning_of(printable(beginning_of(text, 4 * most)), most)};
}

}  // namespace

Event fit_to_keep(const Event& event) {
    return {.name = fit(event.name, name_bytes),
            .user = fit(event.user, text_bytes),
            .uuid = fit(event.uuid, uuid_bytes),
            .address = fit(event.address, address_bytes),
            .browser = fit(event.browser, text_bytes),
            .session = fit(event.session, session_bytes),
            .method = fit(event.method, method_bytes),
            .made_by = fit(event.made_by, text_bytes),
            .detail = fit(event.detail, text_bytes)};
}

bool is_recorded(Reason reason) {
    switch (reason) {
        case Reason::not_known:
        case Reason::not_allowed:
        case Reason::wrong_password:
        case Reason::signed_in:
        case Reason::signed_out:
        case Reason::enrolled:
        case Reason::wrong_code:
        case Reason::code_used:
        case Reason::new_secret:
        case Reason::enrollment_expired:
        case Reason::code_accepted:
        case Reason::skip_used:
        case Reason::skip_gone:
        case Reason::damaged:
        case Reason::too_many_codes:
        case Reason::factor_gone:
        case Reason::provider_unavailable:
        case Reason::provider_refuses:
        case Reason::provider_limit:
        case Reason::session_over:
        case Reason::recovery_used:
        case Reason::temporary_used:
        case Reason::wrong_recovery_code:
        case Reason::too_many_recovery_codes:
        case Reason::factor_closed:
        case Reason::recovery_closed:
        case Reason::recovery_codes_made:
        case Reason::factor_replacing:
        case Reason::browser_known:
        case Reason::browser_forgotten:
        case Reason::own_session_ended:
        case Reason::other_sessions_ended: return true;
        case Reason::verified:
        case Reason::signed_in_only:
        case Reason::would_stop:
        case Reason::sign_in_required:
        case Reason::enrollment_required:
        case Reason::verification_required:
        case Reason::no_user:
        case Reason::other_sign_in:
        case Reason::insecure:
        case Reason::forbidden:
        case Reason::not_permitted:
        case Reason::page_shown:
        case Reason::step_passed:
        case Reason::step_not_due:
        case Reason::not_found:
        case Reason::method_not_allowed:
        case Reason::bad_request:
        case Reason::too_large:
        case Reason::cookies_blocked:
        case Reason::form_stale:
        case Reason::not_a_code:
        case Reason::exempt:  // each file of a page may be one
        case Reason::foreign_upgrade:
        case Reason::other_user:
        case Reason::form_sent:
        case Reason::form_dropped:
        case Reason::unsupported_type:
        case Reason::step_up_required:
        case Reason::too_many_sign_ins:  // a stranger can bring about any number
        case Reason::sign_in_busy:
        case Reason::action_refused:
        case Reason::admin_open:
        case Reason::skip_set:  // this one and the next four are recorded together with what they change
        case Reason::user_reset:
        case Reason::unlocked:
        case Reason::temporary_code_made:
        case Reason::sessions_ended:
        case Reason::unavailable: return false;
    }
    return false;
}

Method method_of(Reason reason, const Session* session) {
    if (session && session->method != Method::none) return session->method;
    switch (reason) {
        case Reason::wrong_code:
        case Reason::code_used:
        case Reason::new_secret:
        case Reason::enrollment_expired:
        case Reason::too_many_codes:
        case Reason::factor_gone:
        case Reason::provider_unavailable:
        case Reason::provider_refuses:
        case Reason::provider_limit: return Method::totp;
        case Reason::factor_closed: return Method::totp;
        case Reason::skip_gone: return Method::skip;
        case Reason::wrong_recovery_code:
        case Reason::too_many_recovery_codes:
        case Reason::recovery_closed: return Method::recovery;
        default: return Method::none;
    }
}

}  // namespace uzmfa
