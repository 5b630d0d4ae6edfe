// SPDX-License-Identifier: Apache-2.0
// The administrators' page: find users, see how they sign in, and help them.
#include "core/pages/administrator.hpp"
#include "core/pages/event_rows.hpp"
#include "core/pages/own_pages.hpp"
#include "core/percent.hpp"
#include "core/text.hpp"
#include "core/utc.hpp"

namespace uzmfa {
namespace {

using std::chrono::hours;

constexpr std::string_view page_name = "admin";

constexpr Reason notices[] = {Reason::skip_set, Reason::user_reset, Reason::unlocked, Reason::temporary_code_made,
                              Reason::sessions_ended};

// The text that says so, where the query of a page names something that was done.
std::string_view notice_of(std::string_view done) {
    for (const auto reason : notices) {
        if (name_of(reason) == done) return name_of(reason);
    }
    return {};
}

std::string url_of_page(const Call& call) { return page_url(call.site.own_path, page_name, ""); }

std::string url_of_user(const Call& call, std::string_view user, Reason done) {
    return url_of_page(call) + "?user=" + percent_encode(user) + "&done=" + std::string{name_of(done)};
}

// As administrator, and back here by way of the steps that are due.
template <class Body>
Outcome on_page(Call& call, Body body) {
    call.next = url_of_page(call);
    return as_administrator(call, body);
}

// --- what is shown ---

std::string_view key_of(NextSignIn next) {
    switch (next) {
        case NextSignIn::refused: return "is_refused";
        case NextSignIn::enrolls: return "enrolls";
        case NextSignIn::enrolls_anew: return "enrolls_anew";
        case NextSignIn::asks_for_code: return "asks_for_code";
        case NextSignIn::skips: return "skips";
    }
    return {};
}

std::string query_of_list(std::string_view beginning) { return "search=" + percent_encode(beginning); }

Result<Page> list_of_users(Call& call, std::string_view beginning, std::string_view after) {
    auto search = call.services.administration.search(beginning, after, AccountSearch::most);
    if (!search) return search.error();
    Page page = page_of(page_name, call);
    page.with("search", beginning).with("has_none", search->found.empty() ? "1" : "");
    if (!search->next.empty()) page.with("more", query_of_list(beginning) + "&after=" + percent_encode(search->next));
    if (!after.empty()) page.with("first_page", query_of_list(beginning));
    std::vector<Page::Values> rows;
    for (const auto& [account, next, validator] : search->found) {
        const auto name = account.name.view();
        rows.push_back({{"name", std::string{name}}, {"query", percent_encode(name)}, {key_of(next), "1"}});
    }
    page.lists.emplace_back("users", std::move(rows));
    return page;
}

void add_attempts(Page& page, const AttemptState& state, std::string_view prefix) {
    if (state.failures == 0) return;
    const std::string text = std::to_string(state.failures);
    const bool is_code = prefix == "codes";
    page.with(is_code ? "wrong_codes" : "wrong_recovery", text);
    if (state.closed) page.with(is_code ? "codes_closed" : "recovery_is_closed", "1");
    else if (state.wait > seconds{}) page.with(is_code ? "codes_wait" : "recovery_wait", std::to_string(state.wait.count()));
}

Page page_of_user(const Call& call, const AccountDetails& details) {
    const auto& account = details.account;
    Page page = page_of("admin_user", call);
    page.with("subject", account.name.view()).with(key_of(details.next_sign_in), "1");
    page.with(is_enrolled(account) ? "is_enrolled" : "not_enrolled", "1");
    if (details.binding) page.with("bound_at", utc(details.binding->bound_at)).with("bound_from", details.binding->bound_from);
    if (is_enrolled(account)) page.with("codes_left", std::to_string(details.recovery_codes_left));
    if (details.skip) {
        page.with(details.skip->has_expired ? "skip_expired" : "skip_until", utc(details.skip->expires_at));
        page.with("skip_by", details.skip->set_by);
    }
    add_attempts(page, details.codes, "codes");
    add_attempts(page, details.recovery, "recovery");
    if (details.temporary_code) {
        page.with("code_until", utc(details.temporary_code->expires_at)).with("code_by", details.temporary_code->made_by);
    }
    if (!details.owed.empty()) page.with("owed", utc(details.owed.front().owed_at));
    page.with("sessions", std::to_string(details.sessions.size()));
    if (!details.browsers.empty()) page.with("browsers", std::to_string(details.browsers.size()));
    return page;
}

// --- answers ---

Outcome with_list(Call& call, int status, Reason reason, std::string_view error) {
    const auto& query = call.request.query;
    auto page = list_of_users(call, query["search"], query["after"]);
    if (!page) return failure(page.error());
    if (error.empty()) return shown(std::move(*page));
    auto outcome = shown_again(status, reason, std::move(*page));
    outcome.page->error = error;
    return outcome;
}

Outcome no_such_user(Call& call) { return with_list(call, 404, Reason::not_found, "no_such_user"); }

// Runs `body` with the page of the user.
template <class Body>
Outcome with_user(Call& call, std::string_view name, Body body) {
    auto details = call.services.administration.find(name);
    if (!details) return failure(details.error());
    if (!*details) return no_such_user(call);
    const auto before = event_key_in(call);
    if (!before) return refusal(400, Reason::bad_request);
    // Without a uuid nothing has happened to the row; and none must not mean everybody's.
    const auto& uuid = (*details)->account.uuid;
    auto events = uuid.empty() ? EventPage{} : call.services.administration.events(uuid, *before);
    if (!events) return failure(events.error());
    auto page = page_of_user(call, **details);
    page.with("query", percent_encode(name));
    add_events(page, *events, call);
    return body(std::move(page));
}

Outcome again(Call& call, int status, Reason reason, std::string_view error) {
    const auto name = call.field("user");
    if (name.empty()) return with_list(call, status, reason, error);
    return with_user(call, name, [&](Page page) {
        auto outcome = shown_again(status, reason, std::move(page));
        outcome.page->error = error;
        outcome.user = name;
        return outcome;
    });
}

Outcome said(Call& call, const Action& action, const Administrator& by, Outcome outcome) {
    return done_by(by, action, call.field("user"), std::move(outcome));
}

Outcome with_code(Call& call, const Action& action, const Administrator& by, const std::string& code, hours lifetime) {
    return with_user(call, call.field("user"), [&](Page page) {
        page.with("temporary_code", code).with("hours", std::to_string(lifetime.count()));
        return said(call, action, by, shown(std::move(page)));
    });
}

std::optional<hours> hours_of(const Call& call, const Action& action) {
    const auto text = call.field("hours");
    if (text.empty()) return lifetime_of(action, std::nullopt);
    const auto count = number_in<int>(text);
    return count ? lifetime_of(action, *count) : std::nullopt;
}

Outcome not_helped(Call& call, const Action& action, Helped helped) {
    if (helped == Helped::no_such_user) return no_such_user(call);
    return again(call, 409, Reason::action_refused, action.refused);
}

Outcome act(Call& call, const Action& action, const Administrator& by, hours lifetime) {
    if (&action == &end_everybody) {
        auto ended = call.services.administration.end_everybody(by);
        if (!ended) return failure(ended.error());
        auto outcome = said(call, action, by, redirect(action.done, url_of_page(call)));
        outcome.detail = "everybody's";
        return outcome;
    }
    const auto name = call.field("user");
    auto made = help(call, action, name, lifetime, by);
    if (!made) return failure(made.error());
    if (made->helped != Helped::done) return not_helped(call, action, made->helped);
    if (!made->code.empty()) return with_code(call, action, by, made->code, lifetime);
    return said(call, action, by, redirect(action.done, url_of_user(call, name, action.done)));
}

const Action* action_of(const Call& call) {
    const auto name = call.field("action");
    return name == end_everybody.name ? &end_everybody : action_named(name);
}

}  // namespace

Outcome show_admin(Call& call) {
    return on_page(call, [&](const Administrator&) {
        const auto& query = call.request.query;
        if (!query.has("user")) return with_list(call, 200, Reason::page_shown, "");
        return with_user(call, query["user"], [&](Page page) {
            if (!call.request.visit.cross_site) page.notice = notice_of(query["done"]);
            return shown(std::move(page));
        });
    });
}

Outcome submit_admin(Call& call) {
    return on_page(call, [&](const Administrator& by) {
        if (!is_own_form(call)) return again(call, 403, Reason::form_stale, name_of(Reason::form_stale));
        const Action* const action = action_of(call);
        if (!action) return refusal(400, Reason::bad_request);
        if (action->needs_confirmation && !call.request.form.has("confirm")) {
            return again(call, 400, Reason::bad_request, "confirm_missing");
        }
        const auto lifetime = hours_of(call, *action);
        if (!lifetime) return again(call, 400, Reason::bad_request, "hours_wrong");
        return act(call, *action, by, *lifetime);
    });
}

}  // namespace uzmfa
