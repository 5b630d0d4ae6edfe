// SPDX-License-Identifier: Apache-2.0
#include "core/pages/own_pages.hpp"

namespace uzmfa {

Outcome show_logout(Call& here) {
    const Call call = for_any_place(here);
    if (!call.has_user()) return redirect(Reason::step_not_due, call.url_of("login"));
    return shown(page_of("logout", call));
}

Outcome submit_logout(Call& here) {
    const Call call = for_any_place(here);
    if (!call.has_user()) return redirect(Reason::step_not_due, call.url_of("login"));
    if (!is_own_form(call)) return shown_again(403, Reason::form_stale, page_of("logout", call));
    auto outcome = sign_out(*call.session, call.site, call.services);
    if (outcome.reason != Reason::signed_out) return outcome;
    outcome.status = 303;
    outcome.location = call.url_of("login");
    outcome.drop_session = true;
    return outcome;
}

}  // namespace uzmfa
