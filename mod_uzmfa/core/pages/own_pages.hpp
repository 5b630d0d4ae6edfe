// SPDX-License-Identifier: Apache-2.0
// What the own pages answer to GET (show_…) and POST (submit_…).
#pragma once

#include "core/pages/call.hpp"

namespace uzmfa {

Outcome show_login(Call& call);
Outcome submit_login(Call& call);

Outcome show_enroll(Call& call);
Outcome show_qr(Call& call);
Outcome submit_enroll(Call& call);
// A new secret, because the factor or the pending one is gone.
Outcome enrollment_anew(Call& call, Reason reason, const Check& check);

Outcome show_verify(Call& call);
Outcome submit_verify(Call& call);

Outcome show_recovery(Call& call);
Outcome submit_recovery(Call& call);
// The page as an answer to a code that is not looked at any more: only a recovery code helps.
Outcome factor_closed(Call& call, const Account& account);

Outcome show_kept(Call& call);
Outcome submit_kept(Call& call);

Outcome show_account(Call& call);
Outcome submit_account(Call& call);
std::string account_url(const Call& call, Reason done);

Outcome show_admin(Call& call);
Outcome submit_admin(Call& call);
Outcome show_admin_events(Call& call);
Outcome show_admin_plot(Call& call);

Outcome show_api_session(Call& call);
Outcome show_api_users(Call& call);
Outcome show_api_user(Call& call);
Outcome submit_api_action(Call& call);

Outcome show_logout(Call& call);
Outcome submit_logout(Call& call);

// The end of a way that began in a window of its own. There is nothing on it that anybody might not see.
Outcome show_done(Call& call);

}  // namespace uzmfa
