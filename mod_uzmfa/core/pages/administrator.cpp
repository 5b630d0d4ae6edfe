// SPDX-License-Identifier: Apache-2.0
#include "core/pages/administrator.hpp"

namespace uzmfa {
namespace {

using std::chrono::hours;

constexpr Action actions[] = {
    {"skip-next", Reason::skip_set, "skip_refused", skip_lifetime},
    {"reset", Reason::user_reset, "", {}, true},
    {"unlock", Reason::unlocked, "unlock_refused"},
    {"temp-code", Reason::temporary_code_made, "code_refused", temporary_code_lifetime},
    {"end-sessions", Reason::sessions_ended},
};

}  // namespace

const Action end_everybody{"end-everybody", Reason::sessions_ended, "", {}, true};

const Action* action_named(std::string_view name) {
    for (const auto& action : actions) {
        if (action.name == name) return &action;
    }
    return nullptr;
}

std::optional<hours> lifetime_of(const Action& action, std::optional<int> count) {
    if (!count) return action.lifetime.usual;
    return *count >= 1 && hours{*count} <= action.lifetime.most ? std::optional{hours{*count}} : std::nullopt;
}

Result<MadeCode> help(Call& call, const Action& action, std::string_view user, hours lifetime, const Administrator& by) {
    auto& administration = call.services.administration;
    if (action.name == "temp-code") return administration.temporary_code(user, lifetime, by);
    auto helped = action.name == "skip-next" ? administration.skip_next(user, lifetime, by)
                  : action.name == "reset"   ? administration.reset(user, by)
                  : action.name == "unlock"  ? administration.unlock(user, by)
                                             : administration.end_sessions(user, by);
    if (!helped) return helped.error();
    return MadeCode{*helped};
}

Outcome done_by(const Administrator& by, const Action& action, std::string_view user, Outcome outcome) {
    outcome.reason = action.done;
    outcome.user = user;
    outcome.made_by = by.name;
    return outcome;
}

Outcome as_administrator(Call& call, const std::function<Outcome(const Administrator&)>& body) {
    if (!call.policy.admin) return refusal(404, Reason::not_found);
    const auto& visit = call.request.visit;
    if (visit.administrator.empty()) return refusal(403, Reason::admin_open);
    if (!call.has_user() || call.session->refused) return go_to(Step::sign_in, call);
    if (call.session->user.view() != visit.administrator) return refusal(403, Reason::not_permitted);
    if (!call.session->is_verified()) {
        auto progress = progress_of(call);
        return progress ? go_to(progress->due, call) : failure(progress.error());
    }
    if (call.session->method == Method::skip || is_step_up_due(*call.session, call.policy, call.now())) {
        return asked_to_verify(call);
    }
    // A form may come late, and an action is not taken back.
    if (call.request.verb == Verb::post) {
        const auto row = call.services.sessions.row_of(call.session->user.view(), call.session->id);
        if (!row) return failure(row.error());
        if (!*row || !still_stands(*call.session, **row)) return go_to(Step::sign_in, call);
    }
    return body(Administrator{.name = std::string{visit.administrator},
                              .address = std::string{visit.address},
                              .browser = std::string{visit.browser}});
}

}  // namespace uzmfa
