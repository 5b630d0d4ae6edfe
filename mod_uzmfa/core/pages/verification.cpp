// SPDX-License-Identifier: Apache-2.0
#include "core/pages/origin_row.hpp"
#include "core/pages/own_pages.hpp"
#include "core/pages/remembered_browser.hpp"

namespace uzmfa {
namespace {

// Where another AuthType is the first factor, a skip is taken by a button: no GET uses it up.
Result<bool> may_skip(const Call& call, const Account& account) {
    if (!call.session->external || call.session->is_verified()) return false;
    return call.services.accounts.has_skip(account);
}

Outcome verification_form(Call& call, const Standing& standing) {
    auto skips = may_skip(call, standing.account);
    if (!skips) return failure(skips.error());
    Page page = page_of("verify", call);
    page.with("digits", std::to_string(*standing.code_digits)).with("skip", *skips ? "1" : "");
    page.with("is_pending", call.session->is_verified() ? "" : "1");
    offer_to_remember(page, call);
    return shown(std::move(page));
}

Outcome with_events(Outcome outcome, const Call& call, const Account& account) {
    // Only told: nobody is kept out where it cannot be.
    const auto events = call.services.account_events.unseen(account.uuid, call.session->id);
    if (!outcome.page || !events || events->empty()) return outcome;
    outcome.page->with("has_events", "1").lists.emplace_back("events", rows_of(*events));
    return outcome;
}

Outcome verification_form_again(Call& call, const Standing& standing, int status, Reason reason) {
    auto outcome = verification_form(call, standing);
    if (outcome.status != 200) return outcome;
    outcome = shown_again(status, reason, std::move(*outcome.page));
    outcome.user = standing.account.name.view();
    return outcome;
}

Outcome verification_form_later(Call& call, const Standing& standing, seconds wait) {
    return told_to_wait(verification_form_again(call, standing, 429, Reason::too_many_codes), wait);
}

Outcome submit_skip(Call& call, Standing& standing) {
    if (call.session->external && !call.session->is_verified()) {
        auto skipped = takes_skip(call, standing.account);
        if (!skipped) return failure(skipped.error());
        if (*skipped) return finish(call, Method::skip, Reason::skip_used);
    }
    standing.account.mfa_enabled = true;
    return verification_form_again(call, standing, 401, Reason::skip_gone);
}

Outcome evaluate_code(Call& call, const Standing& standing, const Check& check) {
    if (check.verdict == Verdict::replayed) return verification_form_again(call, standing, 401, Reason::code_used);
    if (check.verdict != Verdict::accepted) return verification_form_again(call, standing, 401, Reason::wrong_code);
    auto spent = call.services.validator.spend(standing.account, check);
    if (!spent) return failure(spent.error());
    if (!*spent) return verification_form_again(call, standing, 401, Reason::code_used);
    auto cleared = call.services.attempts.clear(standing.account.uuid, AttemptKind::code);
    if (!cleared) return failure(cleared.error());
    auto outcome = finish(call, Method::totp, Reason::code_accepted);
    if (call.session->is_verified()) outcome.detail = "verified again";
    return remembering(call, standing.account, std::move(outcome));
}

// The row says so too by now. A session that has yet to pass goes on; one that has passed before ends by that.
Outcome without_factor(Call& call, const Check& check) {
    auto outcome = enrollment_anew(call, Reason::factor_gone, check);
    if (outcome.reason != Reason::factor_gone || call.session->is_verified()) return outcome;
    outcome.session = *call.session;
    outcome.session->enrolled = false;
    return outcome;
}

Outcome look_at_code(Call& call, const Standing& standing, std::string_view code, Looked& looked) {
    auto check = call.services.validator.check(standing.account, code, call.now());
    if (!check || check->verdict == Verdict::wait || check->verdict == Verdict::factor_gone) looked = Looked::no;
    else if (check->verdict == Verdict::wrong) looked = Looked::wrong;
    if (!check) return failure(check.error());
    if (check->verdict == Verdict::factor_gone) return without_factor(call, *check);
    if (check->verdict == Verdict::wait) {
        auto outcome = verification_form_later(call, standing, check->wait);
        outcome.detail = check->detail;
        return outcome;
    }
    return *evaluate_once(call, [&] { return evaluate_code(call, standing, *check); });
}

}  // namespace

Outcome show_verify(Call& call) {
    return when_due(Step::verify, call, [&](const Standing& standing) {
        // At the module's own sign-in it is looked at there. No other site, and nothing but a person, brings it about.
        const auto& visit = call.request.visit;
        const bool is_opened = call.request.verb == Verb::get && visit.navigation && !visit.cross_site;
        if (is_opened && call.session->external && !call.session->is_verified()) {
            auto since = remembered_since(call, standing.account);
            if (!since) return failure(since.error());
            const auto way = way_of_remembered(call, standing.account);
            if (*since) return *evaluate_once(call, [&] { return finish_remembered(call, **since, way); });
        }
        return with_events(verification_form(call, standing), call, standing.account);
    });
}

Outcome submit_verify(Call& call) {
    return when_due(Step::verify, call, [&](Standing& standing) {
        if (!is_own_form(call)) return verification_form_again(call, standing, 403, Reason::form_stale);
        if (call.request.form.has("skip")) return *evaluate_once(call, [&] { return submit_skip(call, standing); });
        const auto code = normalized_code(call.field("code"), *standing.code_digits);
        if (!code) return no_code(verification_form_again(call, standing, 401, Reason::wrong_code));
        return looked_at_once_charged(
            call, standing.account, AttemptKind::code,
            [&](Looked& looked) { return look_at_code(call, standing, *code, looked); },
            [&](const Charge& charge) {
                if (charge.answer == Charge::Answer::closed) return factor_closed(call, standing.account);
                return verification_form_later(call, standing, charge.wait);
            });
    });
}

}  // namespace uzmfa
