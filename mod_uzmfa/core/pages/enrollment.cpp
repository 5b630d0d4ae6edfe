// SPDX-License-Identifier: Apache-2.0
#include "core/administration.hpp"
#include "core/pages/own_pages.hpp"
#include "core/pages/recovery_codes.hpp"

namespace uzmfa {
namespace {

Outcome enrollment_form(Call& call, const Account& account) {
    auto enrollment = call.services.validator.enrollment(account, call.session->id);
    if (!enrollment) return failure(enrollment.error());
    Page page = page_of("enroll", call);
    page.with("secret", enrollment->secret).with("otpauth", enrollment->uri);
    if (call.session->is_verified()) page.with("replacing", "1");
    if (call.site.recovery_codes > 0) page.with("has_codes", "1");
    return shown(std::move(page));
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

// Nothing where the code is not accepted, or the secret not pending any more.
std::optional<Outcome> bind_factor(Call& call, const Account& account, const Check& check) {
    if (check.verdict != Verdict::accepted) return std::nullopt;
    auto bound = call.services.validator.bind(account, call.session->id, check, call.request.visit.address);
    if (!bound) return failure(bound.error());
    if (!*bound) return std::nullopt;
    auto cleared = call.services.attempts.clear(account.uuid, AttemptKind::code);
    if (!cleared) return failure(cleared.error());
    auto codes = new_recovery_codes(call, account.uuid);
    if (!codes) return failure(codes.error());
    // Where another factor was in its place, so were sessions and browsers that it had verified.
    const auto end_former = [&] {
        return is_enrolled(account) ? end_other_sessions(call) : call.services.browsers.forget_all(account.uuid);
    };
    auto outcome = finish(call, Method::totp, redirect(Reason::enrolled, call.arrival()), end_former);
    return codes->empty() || !outcome.session ? outcome : with_recovery_codes(call, std::move(outcome), *codes);
}

Reason reason_for_another_code(Verdict verdict) {
    switch (verdict) {
        case Verdict::secret_spent: return Reason::new_secret;
        case Verdict::wait: return Reason::too_many_codes;
        case Verdict::accepted:
        case Verdict::expired: return Reason::enrollment_expired;
        default: return Reason::wrong_code;
    }
}

}  // namespace

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
        return shown(std::move(page));
    });
}

// Another step than the one asked for may be due by now: another browser of the same user was faster.
Outcome enrollment_anew(Call& call, Reason reason, const Check& check) {
    const bool waits = check.verdict == Verdict::wait;
    auto outcome = when_enrolling(
        call, [&](const Account& account) { return enrollment_form_again(call, account, waits ? 429 : 401, reason); });
    if (outcome.reason != reason) return outcome;
    outcome.detail = check.detail;
    return waits ? told_to_wait(std::move(outcome), check.wait) : outcome;
}

Outcome submit_enroll(Call& call) {
    const bool is_too_late = call.has_user() && call.session->is_verified() && call.session->may_bind &&
                             !call.session->verify_again && !may_replace_factor(*call.session, call.now());
    if (is_too_late) return redirect(Reason::step_not_due, account_url(call, Reason::step_not_due));
    return when_enrolling(call, [&](const Account& account) {
        if (!is_own_form(call)) return enrollment_form_again(call, account, 403, Reason::form_stale);
        const auto code = normalized_code(call.field("code"), call.site.totp_digits);
        if (!code) return no_code(enrollment_form_again(call, account, 401, Reason::wrong_code));
        auto check = call.services.validator.check_enrollment(account, call.session->id, *code, call.now());
        if (!check) return failure(check.error());
        auto outcome = evaluate_once(call, [&] { return bind_factor(call, account, *check); });
        return outcome ? std::move(*outcome) : enrollment_anew(call, reason_for_another_code(check->verdict), *check);
    });
}

}  // namespace uzmfa
