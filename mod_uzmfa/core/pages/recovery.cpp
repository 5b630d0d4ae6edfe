// SPDX-License-Identifier: Apache-2.0
// Recovery codes, and the help desk's temporary codes, in place of the second factor.
#include "core/pages/own_pages.hpp"

namespace uzmfa {
namespace {

// An enrolled user takes the page in place of `verify`; for others it is due where enrolling needs a code.
template <class PageBody>
Outcome when_recovering(Call& call, PageBody page) {
    auto progress = progress_of(call);
    if (!progress) return failure(progress.error());
    if (progress->due != Step::verify && progress->due != Step::recover) return lead_on(progress->due, call);
    return page(progress->standing);
}

Outcome recovery_form(Call& call, const Standing& standing) {
    Page page = page_of("recovery", call);
    if (!standing.enrolled()) page.with("enrolling", "1");
    page.with("is_pending", call.session->is_verified() ? "" : "1");
    return shown(std::move(page));
}

Outcome recovery_form_again(Call& call, const Standing& standing, int status, Reason reason) {
    auto outcome = shown_again(status, reason, std::move(*recovery_form(call, standing).page));
    outcome.user = standing.account.name.view();
    return outcome;
}

// A closed factor stays so: who has proven to be its user binds another. A session that had passed before may be older than
// its password's proof: there the account page asks for that.
Outcome accept_recovery_code(Call& call, const Account& account, std::size_t left) {
    auto closed = call.services.attempts.is_closed(account.uuid, AttemptKind::code);
    if (!closed) return failure(closed.error());
    const bool binds = *closed && !call.session->is_verified();
    auto outcome = binds ? allow_binding(call, redirect(Reason::recovery_used, call.url_of("enroll")))
                           : finish(call, Method::recovery,
                                    redirect(Reason::recovery_used, account_url(call, Reason::recovery_used)));
    outcome.detail = std::to_string(left) + " left";
    return outcome;
}

Outcome accept_temporary_code(Call& call, const Standing& standing) {
    if (standing.enrolled()) return finish(call, Method::temporary, Reason::temporary_used);
    return allow_binding(call, redirect(Reason::temporary_used, call.url_of("enroll")));
}

Outcome evaluate_recovery(Call& call, const Standing& standing, const OneTimeCode& code, Looked& looked) {
    const Account& account = standing.account;
    const auto wrong = [&] { return recovery_form_again(call, standing, 401, Reason::wrong_recovery_code); };
    const auto accepted = [&](auto accept) {
        auto cleared = call.services.attempts.clear(account.uuid, AttemptKind::recovery);
        return cleared ? accept() : failure(cleared.error());
    };
    if (code.kind == OneTimeCode::Kind::recovery) {
        if (!standing.enrolled()) return wrong();
        auto left = call.services.recovery_codes.spend(account.uuid, code.text);
        if (!left) return failure(left.error());
        return *left ? accepted([&] { return accept_recovery_code(call, account, **left); }) : wrong();
    }
    auto closed = call.services.attempts.is_closed(account.uuid, AttemptKind::code);
    if (!closed) return failure(closed.error());
    if (*closed && standing.enrolled()) {
        looked = Looked::no;
        return factor_closed(call, account);
    }
    auto spent = call.services.temporary_codes.spend(account.uuid, code.text);
    if (!spent) return failure(spent.error());
    return *spent ? accepted([&] { return accept_temporary_code(call, standing); }) : wrong();
}

}  // namespace

Outcome factor_closed(Call& call, const Account& account) {
    auto outcome = shown_again(403, Reason::factor_closed, page_of("recovery", call));
    outcome.user = account.name.view();
    return outcome;
}

Outcome show_recovery(Call& call) {
    return when_recovering(call, [&](const Standing& standing) { return recovery_form(call, standing); });
}

Outcome submit_recovery(Call& call) {
    return when_recovering(call, [&](const Standing& standing) {
        if (!is_own_form(call)) return recovery_form_again(call, standing, 403, Reason::form_stale);
        const auto code = call.services.tokens.one_time_code(call.field("code"));
        if (!code) return no_code(recovery_form_again(call, standing, 401, Reason::wrong_recovery_code));
        return looked_at_once_charged(
            call, standing.account, AttemptKind::recovery,
            [&](Looked& looked) {
                return *evaluate_once(call, [&] { return evaluate_recovery(call, standing, *code, looked); });
            },
            [&](const Charge& charge) {
                if (charge.answer == Charge::Answer::closed) {
                    return recovery_form_again(call, standing, 403, Reason::recovery_closed);
                }
                return told_to_wait(recovery_form_again(call, standing, 429, Reason::too_many_recovery_codes), charge.wait);
            });
    });
}

}  // namespace uzmfa
