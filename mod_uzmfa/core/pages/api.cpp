// SPDX-License-Identifier: Apache-2.0
// The API: what an application may know of its user's session, and what an administrator's program sees and does.
#include "core/pages/administrator.hpp"
#include "core/pages/own_pages.hpp"
#include "core/percent.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

constexpr std::string_view users_path = "api/v1/users/";

Outcome answered(Document document) {
    return {.status = 200, .reason = Reason::page_shown, .document = std::move(document)};
}

// The user that the path names, and what stands behind it.
struct Named {
    std::string user;
    std::string_view action;
};
std::optional<Named> named_by(std::string_view path) {
    path.remove_prefix(users_path.size());
    const auto slash = std::min(path.find('/'), path.size());
    auto user = percent_decode(path.substr(0, slash), Plus::literal);
    if (!user || user->find('\0') != user->npos || !is_utf8(*user)) return std::nullopt;
    return Named{std::move(*user), path.substr(std::min(slash + 1, path.size()))};
}

Outcome no_such_user() { return problem(404, Reason::not_found, "no_such_user"); }

Outcome with_user(Call& call, const std::string& name, std::string temporary_code = {}) {
    auto details = call.services.administration.find(name);
    if (!details) return failure(details.error());
    return *details ? answered(UserDocument{std::move(**details), std::move(temporary_code)}) : no_such_user();
}

std::optional<std::size_t> limit_of(std::string_view text) {
    if (text.empty()) return AccountSearch::most;
    const auto limit = number_in<std::size_t>(text);
    return limit && *limit >= 1 && *limit <= AccountSearch::most ? limit : std::nullopt;
}

Outcome act(Call& call, const Action& action, const std::string& name, std::chrono::hours lifetime, const Administrator& by) {
    auto made = help(call, action, name, lifetime, by);
    if (!made) return failure(made.error());
    if (made->helped == Helped::no_such_user) return no_such_user();
    if (made->helped == Helped::refused) {
        auto outcome = problem(409, Reason::action_refused, action.refused);
        outcome.page->notice = name_of(Reason::action_refused);
        outcome.page->with("subject", name);
        outcome.user = name;
        return outcome;
    }
    return done_by(by, action, name, with_user(call, name, std::move(made->code)));
}

}  // namespace

Outcome show_api_session(Call& call) {
    if (!call.has_user() || call.session->refused) return go_to(Step::sign_in, call);
    const Session& session = *call.session;
    if (!session.is_verified()) {
        auto progress = progress_of(call);
        return progress ? go_to(progress->due, call) : failure(progress.error());
    }
    SessionDocument document{.user = std::string{session.user.view()},
                             .method = session.method,
                             .csrf = call.services.tokens.form_token(session.id)};
    if (session.method != Method::skip) document.verified_at = session.verified_at;
    return answered(std::move(document));
}

Outcome show_api_users(Call& call) {
    return as_administrator(call, [&](const Administrator&) {
        const auto& query = call.request.query;
        const auto limit = limit_of(query["limit"]);
        if (!limit) return refusal(400, Reason::bad_request);
        auto users = call.services.administration.search(query["search"], query["after"], *limit);
        return users ? answered(UsersDocument{std::move(*users)}) : failure(users.error());
    });
}

Outcome show_api_user(Call& call) {
    return as_administrator(call, [&](const Administrator&) {
        const auto named = named_by(call.request.page);
        return named ? with_user(call, named->user) : refusal(400, Reason::bad_request);
    });
}

Outcome submit_api_action(Call& call) {
    return as_administrator(call, [&](const Administrator& by) {
        if (!has_own_token(call, call.request.csrf)) return refusal(403, Reason::form_stale);
        const auto named = named_by(call.request.page);
        if (!named) return refusal(400, Reason::bad_request);
        const Action& action = *action_named(named->action);
        const auto lifetime = lifetime_of(action, call.request.body.hours);
        if (!lifetime) return problem(400, Reason::bad_request, "hours_wrong");
        return act(call, action, named->user, *lifetime, by);
    });
}

}  // namespace uzmfa
