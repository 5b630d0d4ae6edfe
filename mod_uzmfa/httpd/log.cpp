// SPDX-License-Identifier: Apache-2.0
#include "httpd/log.hpp"

#include "core/printable.hpp"
#include "httpd/audit_log.hpp"
#include "httpd/clock.hpp"
#include "httpd/events.hpp"
#include "store/node_name.hpp"

#include <algorithm>
#include <iterator>

namespace uzmfa {
namespace {

struct Line {
    Reason reason;
    int id;     // UZMFA and four digits, never used again for something else
    int level;  // error: an administrator must act; warning: degraded; info: security; debug: each decision
    const char* text;
};

// In the order of Reason.
constexpr Line lines[] = {
    {Reason::verified, 1000, APLOG_DEBUG, "verified session"},
    {Reason::signed_in_only, 1001, APLOG_DEBUG, "signed in, no second factor asked for here"},
    {Reason::would_stop, 1002, APLOG_INFO, "would have been stopped, but for UzmfaEngine ReportOnly"},
    {Reason::sign_in_required, 1003, APLOG_DEBUG, "stopped: sign-in required"},
    {Reason::enrollment_required, 1004, APLOG_DEBUG, "stopped: enrollment required"},
    {Reason::verification_required, 1005, APLOG_DEBUG, "stopped: verification required"},
    {Reason::no_user, 1006, APLOG_ERR,
     "refused: this place is gated but nobody is asked to sign in; set an AuthType and Require valid-user"},
    {Reason::other_sign_in, 1122, APLOG_ERR, "refused: an .htaccess puts another AuthType in the place of Uzmfa"},
    {Reason::not_known, 1007, APLOG_INFO, "refused: the first factor's user has no row in the users table"},
    {Reason::not_allowed, 1008, APLOG_INFO, "refused: the user's access is not enabled"},
    {Reason::insecure, 1009, APLOG_INFO, "refused: the connection is not TLS"},
    {Reason::forbidden, 1010, APLOG_INFO, "refused: gated content inside a page that is not gated"},
    {Reason::not_permitted, 1033, APLOG_INFO, "refused: this place's Require does not let the user in"},
    {Reason::page_shown, 1011, APLOG_DEBUG, "page shown"},
    {Reason::step_passed, 1012, APLOG_DEBUG, "step passed already"},
    {Reason::step_not_due, 1013, APLOG_DEBUG, "another step is due"},
    {Reason::not_found, 1014, APLOG_DEBUG, "no such page"},
    {Reason::method_not_allowed, 1015, APLOG_DEBUG, "method not allowed"},
    {Reason::bad_request, 1016, APLOG_INFO, "ill-formed request"},
    {Reason::too_large, 1017, APLOG_INFO, "form too large, not read"},
    {Reason::cookies_blocked, 1018, APLOG_INFO, "form without a session: cookies are blocked"},
    {Reason::form_stale, 1019, APLOG_INFO, "form with a stale or foreign token"},
    {Reason::wrong_password, 1020, APLOG_INFO, "wrong user name or password"},
    {Reason::signed_in, 1021, APLOG_INFO, "signed in"},
    {Reason::signed_out, 1022, APLOG_INFO, "signed out"},
    {Reason::enrolled, 1023, APLOG_INFO, "enrolled"},
    {Reason::wrong_code, 1024, APLOG_INFO, "wrong code"},
    {Reason::code_used, 1025, APLOG_INFO, "code used before"},
    {Reason::new_secret, 1026, APLOG_INFO, "too many wrong codes at enrollment: new secret"},
    {Reason::enrollment_expired, 1027, APLOG_INFO, "pending enrollment expired: new secret"},
    {Reason::code_accepted, 1028, APLOG_INFO, "code accepted"},
    {Reason::skip_used, 1029, APLOG_INFO, "passed without a code: mfa_enabled was false and is true again"},
    {Reason::skip_gone, 1030, APLOG_INFO, "skip asked for, but there is none"},
    {Reason::unavailable, 1031, APLOG_ERR, "database not available"},
    {Reason::damaged, 1032, APLOG_ERR, "damaged record"},
    {Reason::too_many_codes, 1034, APLOG_INFO, "too many codes: not looked at"},
    {Reason::factor_gone, 1035, APLOG_INFO, "the provider has no such factor: enrollment is due again"},
    {Reason::provider_unavailable, 1036, APLOG_WARNING, "provider not available"},
    {Reason::provider_refuses, 1037, APLOG_ERR, "the provider refuses the module: check credentials and settings"},
    {Reason::provider_limit, 1038, APLOG_INFO, "the provider takes no more requests of this user for a while"},
    {Reason::session_over, 1041, APLOG_INFO, "session ended: the user's row or password has changed"},
    {Reason::too_many_sign_ins, 1039, APLOG_INFO, "too many failed sign-ins of this name from this address: not looked at"},
    {Reason::sign_in_busy, 1040, APLOG_WARNING, "too many sign-ins at a time: password not looked at"},
    {Reason::recovery_used, 1042, APLOG_INFO, "recovery code used"},
    {Reason::temporary_used, 1043, APLOG_INFO, "temporary code used"},
    {Reason::wrong_recovery_code, 1044, APLOG_INFO, "wrong recovery or temporary code"},
    {Reason::too_many_recovery_codes, 1045, APLOG_INFO, "too many wrong recovery codes: not looked at"},
    {Reason::factor_closed, 1046, APLOG_INFO, "too many wrong codes in a row: none is looked at any more, a recovery code or a reset helps"},
    {Reason::recovery_closed, 1047, APLOG_INFO, "too many wrong recovery codes in a row: none is looked at any more, a reset helps"},
    {Reason::step_up_required, 1048, APLOG_DEBUG, "stopped: another verification required"},
    {Reason::recovery_codes_made, 1049, APLOG_INFO, "new recovery codes made, the former ones end"},
    {Reason::factor_replacing, 1050, APLOG_INFO, "the user may put another factor in the place of this one"},
    {Reason::skip_set, 1070, APLOG_INFO, "an administrator lets the next sign-in pass without a code"},
    {Reason::user_reset, 1071, APLOG_INFO, "reset by an administrator: all sessions end, the user enrolls anew"},
    {Reason::unlocked, 1072, APLOG_INFO, "an administrator ended the wait for codes"},
    {Reason::temporary_code_made, 1073, APLOG_INFO, "an administrator made a temporary code"},
    {Reason::sessions_ended, 1074, APLOG_INFO, "an administrator ended all sessions"},
    {Reason::action_refused, 1075, APLOG_INFO, "what an administrator asked for does not fit the user"},
    {Reason::admin_open, 1076, APLOG_ERR,
     "refused: UzmfaAdmin is On, but no Require beside it names the administrators, or no AuthType asks who it is"},
    {Reason::browser_known, 1051, APLOG_INFO, "passed without a code: the browser is remembered"},
    {Reason::browser_forgotten, 1052, APLOG_INFO, "the user let a remembered browser be forgotten"},
    {Reason::own_session_ended, 1053, APLOG_INFO, "the user ended another session"},
    {Reason::other_sessions_ended, 1054, APLOG_INFO, "the user ended all other sessions"},
    {Reason::not_a_code, 1055, APLOG_INFO, "what was typed cannot be a code"},
    {Reason::exempt, 1056, APLOG_INFO, "passed by an exemption"},
    {Reason::foreign_upgrade, 1057, APLOG_INFO, "refused: a page of another site asked for an upgrade of the connection"},
    {Reason::other_user, 1058, APLOG_INFO, "refused: the first factor names another user than the session"},
    {Reason::form_sent, 1059, APLOG_INFO, "a kept form goes to the application, as its user has said"},
    {Reason::form_dropped, 1060, APLOG_INFO, "the user let a kept form go"},
    {Reason::unsupported_type, 1061, APLOG_INFO, "a body that is not JSON"},
};

constexpr bool in_order() {
    for (std::size_t i = 0; i < std::size(lines); ++i) {
        if (static_cast<std::size_t>(lines[i].reason) != i) return false;
    }
    return std::size(lines) == reason_count;
}
static_assert(in_order());

std::optional<NodeMemory::Alarm> alarm_of(Reason reason) {
    switch (reason) {
        case Reason::unavailable: return NodeMemory::Alarm::database;
        case Reason::provider_unavailable: return NodeMemory::Alarm::provider;
        case Reason::provider_refuses: return NodeMemory::Alarm::provider_settings;
        case Reason::sign_in_busy: return NodeMemory::Alarm::sign_ins;
        default: return std::nullopt;
    }
}

// Such that no name holds what looks like another field: in quotes where it must be, with quotes in it doubled. httpd
// escapes what could begin another line, and backslashes.
std::string as_field(std::string_view text) {
    const auto is_plain = [](char c) { return static_cast<unsigned char>(c) > ' ' && c != ',' && c != '"' && c != 0x7f; };
    if (std::all_of(text.begin(), text.end(), is_plain)) return std::string{text};
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += c;
        quoted += c;
    }
    return quoted + '"';
}

// What is known; the detail, which has no form, comes last.
std::string fields_of(const Event& event) {
    std::string fields;
    const auto add = [&](const char* name, std::string_view value) {
        if (!value.empty()) fields.append(", ").append(name).append(value);
    };
    add("user ", as_field(beginning_of(event.user, UserName::capacity)));
    add("session ", event.session);
    add("method ", event.method);
    add("by ", as_field(beginning_of(event.made_by, UserName::capacity)));
    add("node ", node_name());
    add("", event.detail);
    return fields;
}

const Line& line_of(Reason reason) { return lines[static_cast<std::size_t>(reason)]; }

int level_of(Reason reason, const Service& service) {
    const auto alarm = alarm_of(reason);
    const bool is_told = alarm && !service.memory().may_raise(*alarm, now());
    return is_told ? APLOG_INFO : line_of(reason).level;
}

// Whatever LogLevel says: events, and not the decision on each request.
bool is_audited(const Service& service, const Line& line) { return service.audit_log() && line.level <= APLOG_INFO; }

void audit(server_rec* server, const Service& service, const Line& line, const Event& event) {
    if (!is_audited(service, line)) return;
    write_audit_line(server, service, {now(), line.id, line.text, node_name(), event});
}

}  // namespace

std::string notification_of(const StoredEvent& stored) {
    const auto& event = stored.event;
    const auto* const line = std::ranges::find_if(lines, [&](const Line& one) { return name_of(one.reason) == event.name; });
    const auto [id, text] = line == std::end(lines) ? std::pair{0, ""} : std::pair{line->id, line->text};
    return audit_line({stored.at, id, text, stored.node, event});
}

void log_alarm(server_rec* server, const Service& service, Reason reason, const std::string& detail) {
    service.memory().count(reason);
    const Line& line = line_of(reason);
    ap_log_error(APLOG_MARK, level_of(reason, service), 0, server, "UZMFA%d %s: %s, %s", line.id,
                 name_of(reason).data(), line.text, detail.c_str());
    audit(server, service, line, {.name = std::string{name_of(reason)}, .detail = detail});
}

void log_outcome(request_rec* r, const Service& service, const Outcome& outcome) {
    service.memory().count(outcome.reason);
    const Line& line = line_of(outcome.reason);
    const int level = level_of(outcome.reason, service);
    const bool is_logged = APLOG_R_IS_LEVEL(r, level);
    if (!is_logged && !is_audited(service, line)) return;
    const auto event = event_of(r, service, outcome);
    if (is_logged) {
        ap_log_rerror(APLOG_MARK, level, 0, r, "UZMFA%d %s: %s%s", line.id, event.name.c_str(), line.text,
                      fields_of(event).c_str());
    }
    audit(r->server, service, line, event);
}

}  // namespace uzmfa
