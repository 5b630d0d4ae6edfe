// SPDX-License-Identifier: Apache-2.0
#include "core/pages/remembered_browser.hpp"

#include "core/pages/own_pages.hpp"

namespace uzmfa {

Result<std::optional<Moment>> remembered_since(Call& call, const Account& account) {
    const auto lifetime = call.site.remember_browser;
    const auto token = call.request.visit.remembered;
    if (lifetime == seconds{} || token.empty()) return std::optional<Moment>{};
    auto since = call.services.browsers.remembered(account.uuid, token, lifetime);
    if (!since) return since.error();
    if (!*since) return std::optional<Moment>{};
    // A factor that is closed opens nothing any more, and least by what it once did.
    auto closed = call.services.attempts.is_closed(account.uuid, AttemptKind::code);
    if (!closed) return closed.error();
    if (*closed) return std::optional<Moment>{};
    return std::optional{std::min(**since, call.now())};
}

std::string way_of_remembered(Call& call, const Account& account) {
    if (call.site.remember_browser == seconds{} || call.request.visit.remembered.empty()) return call.arrival();
    const auto events = call.services.account_events.unseen(account.uuid, call.session->id);
    return events && !events->empty() ? account_url(call, Reason::browser_known) : call.arrival();
}

Outcome remembering(Call& call, const Account& account, Outcome outcome) {
    const auto lifetime = call.site.remember_browser;
    if (!outcome.session || lifetime == seconds{} || !call.request.form.has("remember")) return outcome;
    auto token = call.services.browsers.remember(account.uuid, lifetime, origin_of(call), call.request.visit.remembered);
    if (!token) return failure(token.error());
    outcome.browser_token = std::move(*token);
    outcome.detail += outcome.detail.empty() ? "browser remembered" : ", browser remembered";
    return outcome;
}

void offer_to_remember(Page& page, const Call& call) {
    using std::chrono::ceil, std::chrono::floor, std::chrono::days, std::chrono::hours;
    const auto lifetime = call.site.remember_browser;
    if (lifetime >= days{2}) page.with("remember_days", std::to_string(floor<days>(lifetime).count()));
    else if (lifetime > seconds{}) page.with("remember_hours", std::to_string(ceil<hours>(lifetime).count()));
}

}  // namespace uzmfa
