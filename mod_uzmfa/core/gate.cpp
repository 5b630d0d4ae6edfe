// SPDX-License-Identifier: Apache-2.0
#include "core/gate.hpp"

#include "core/kept_post.hpp"
#include "core/percent.hpp"
#include "core/return_path.hpp"

namespace uzmfa {
namespace {

// The session, where it is alive and belongs to the user of this request. A session whose first
// factor is another AuthType's is worth nothing where the module's own sign-in is asked for.
const Session* session_of_user(const Visit& visit, const Limits& limits) {
    if (!visit.session || visit.session->user.empty()) return nullptr;
    const Session& session = *visit.session;
    const bool is_users = visit.own_sign_in ? !session.external : session.user.view() == visit.user;
    return is_users && is_alive(session, limits, visit.now) ? &session : nullptr;
}

Reason required_next(const Session* session, Moment now) {
    if (!session || !is_pending(*session, now)) return Reason::sign_in_required;
    return session->due() == Step::enroll ? Reason::enrollment_required : Reason::verification_required;
}

std::string_view page_for(Reason reason) {
    switch (reason) {
        case Reason::step_up_required:
        case Reason::verification_required: return "verify";
        case Reason::enrollment_required: return "enroll";
        default: return "login";
    }
}

// 303 for a person, a problem document for a program.
Outcome send_to_page(const Visit& visit, Reason reason, const Site& site) {
    // Nobody signs in to be signed out at once.
    const auto next = visit.signs_out ? std::string_view{} : return_path(visit.target, site.own_path);
    auto url = page_url(site.own_path, page_for(reason), next);
    return visit.navigation ? redirect(reason, std::move(url)) : step_required(reason, url);
}

// Whoever wants to leave is not asked for a code first. The application is not told, for its page may do more than that.
Outcome sign_out_instead(const Visit& visit, const Site& site, Services& services) {
    auto signed_out = sign_out(*visit.session, site, services);
    if (signed_out.reason != Reason::signed_out) return signed_out;
    auto outcome = send_to_page(visit, Reason::sign_in_required, site);
    outcome.reason = Reason::signed_out;
    outcome.user = std::move(signed_out.user);
    outcome.drop_session = true;
    return outcome;
}

}  // namespace

bool is_step_up_due(const Session& session, const Policy& policy, Moment now) {
    return policy.verified_within > seconds{} && now - session.verified_at >= policy.verified_within;
}

Admission admit(const Visit& visit, const Policy& policy) {
    if (!visit.secure) return {.reason = Reason::insecure};
    if (policy.engine != Engine::off && visit.foreign_upgrade) return {.reason = Reason::foreign_upgrade};
    if (!visit.own_sign_in && visit.user.empty()) return {.reason = Reason::no_user};

    const Session* session = session_of_user(visit, policy.limits());
    if (visit.own_sign_in && !session) return {.reason = Reason::sign_in_required};

    const bool verified = session && session->is_verified();
    if (policy.engine == Engine::on && !verified) return {.reason = required_next(session, visit.now)};
    const bool must_step_up = verified && is_step_up_due(*session, policy, visit.now);
    if (policy.engine == Engine::on && must_step_up) return {.reason = Reason::step_up_required};

    Admission admission{.passes = true, .reason = Reason::verified, .verified = verified};
    if (!verified) admission.reason = Reason::signed_in_only;
    if (policy.engine == Engine::report_only && (!verified || must_step_up)) admission.reason = Reason::would_stop;
    admission.touches = session && visit.may_touch && is_touch_due(*session, policy.limits(), visit.rhythm, visit.now);
    return admission;
}

namespace {

Outcome stop_visit(const Visit& visit, Reason reason, const Site& site, Services& services) {
    switch (reason) {
        case Reason::insecure:
        case Reason::foreign_upgrade: return refusal(403, reason);
        // What httpd looks up before it asks who it is, is no fault of the configuration.
        case Reason::no_user: return refusal(403, visit.subrequest ? Reason::sign_in_required : reason);
        default:
            if (visit.subrequest) return refusal(403, reason);
    }
    if (visit.signs_out && reason == Reason::step_up_required) return sign_out_instead(visit, site, services);
    if (reason != Reason::sign_in_required || visit.own_sign_in) {
        auto outcome = send_to_page(visit, reason, site);
        // Or the sign-in page, which has limits of its own, would lead back here. It takes no external session for one.
        const bool leads_to_sign_in = reason == Reason::sign_in_required && outcome.status == 303;
        // The page `verify` would lead on at once.
        if (reason == Reason::step_up_required && !visit.session->verify_again) {
            outcome.session = *visit.session;
            outcome.session->verify_again = true;
        }
        if (leads_to_sign_in && visit.session && !visit.session->user.empty() && !visit.session->external) {
            const Session refused = refused_by_place(*visit.session, visit.now);
            if (refused != *visit.session) outcome.session = refused;
        }
        return outcome;
    }

    auto standing = standing_of(visit.user, services);
    if (!standing) return failure(standing.error());
    if (!standing->known || !standing->allowed) {
        auto outcome = refusal(403, standing->known ? Reason::not_allowed : Reason::not_known);
        outcome.user = visit.user;
        return outcome;
    }
    Session pending{
        .id = services.tokens.new_session_id(),
        .user = standing->account.name,
        .enrolled = standing->enrolled(),
        .external = true,
        .signed_in_at = visit.now,
        .last_active = visit.now,
        .kept = visit.held ? visit.held->kept : no_kept_post,
    };
    auto uuid = services.accounts.uuid_of_row(standing->account);
    if (!uuid) return failure(uuid.error());
    auto marked = mark(pending, services, visit.now);
    if (!marked) return failure(marked.error());
    if (!*marked) return refusal(403, Reason::not_known);
    auto outcome = send_to_page(visit, required_next(&pending, visit.now), site);
    // One that was under way while its session was replaced must not take the place of the new one.
    if (visit.navigation || !visit.revoked) outcome.session = pending;
    return outcome;
}

}  // namespace

Outcome stop(const Visit& visit, Reason reason, const Site& site, Services& services) {
    auto outcome = stop_visit(visit, reason, site, services);
    const bool leads_to_page = outcome.status == 303 && !outcome.drop_session;
    if (!visit.posted || !leads_to_page) return outcome;
    const auto page = page_for(outcome.reason);
    const bool is_over = reason == Reason::sign_in_required;
    return keep_post(visit, std::move(outcome), page, is_over, site, services);
}

Outcome sign_out(const Session& session, const Site& site, Services& services) {
    auto revoked = services.sessions.revoke(session, session.signed_in_at + site.longest.max_age);
    if (!revoked) return failure(revoked.error());
    return {.reason = Reason::signed_out, .user = std::string{session.user.view()}};
}

Result<bool> mark(Session& session, Services& services, Moment now) {
    auto row = services.sessions.row_of(session.user.view(), session.id);
    if (!row) return row.error();
    if (!*row) return false;
    session.mark = (*row)->mark;
    session.checked_at = now;
    return true;
}

Outcome fit_for(const Visit& visit, Outcome outcome) {
    return visit.navigation ? outcome : as_problem(std::move(outcome));
}

std::string page_url(std::string_view own_path, std::string_view page, std::string_view next) {
    std::string url{own_path};
    url.append("/").append(page);
    if (!next.empty() && next != "/") url.append("?next=").append(percent_encode(next, "/"));
    return url;
}

Result<Standing> standing_of(std::string_view user, Services& services) {
    auto found = services.accounts.find(user);
    if (!found) return found.error();
    Standing standing;
    if (!*found) return standing;
    standing.account = std::move(**found);
    standing.known = true;
    standing.allowed = standing.account.access_enabled;
    if (is_enrolled(standing.account)) {
        auto digits = services.validator.code_digits(standing.account);
        if (!digits) return digits.error();
        standing.code_digits = *digits;
    }
    return standing;
}

}  // namespace uzmfa
