// SPDX-License-Identifier: Apache-2.0
#include "store/administration.hpp"

#include "core/outcome.hpp"
#include "crypto/one_time_codes.hpp"
#include "store/account_details.hpp"
#include "store/account_reset.hpp"
#include "store/account_store.hpp"
#include "store/attempt_store.hpp"
#include "store/browser_store.hpp"
#include "store/event_store.hpp"
#include "store/session_store.hpp"
#include "store/skip_store.hpp"
#include "store/temporary_code_store.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

std::string in_hours(seconds lifetime) {
    return "for " + std::to_string(std::chrono::duration_cast<std::chrono::hours>(lifetime).count()) + " h";
}

}  // namespace

void AccountAdministration::tell_of(const Uuid& uuid, std::uint32_t epoch) const {
    if (on_ended_) on_ended_(uuid, epoch);
}

Result<std::optional<AccountDetails>> AccountAdministration::find(std::string_view name) {
    return details_of(database_, name, in_use_, limits_);
}

Result<AccountSearch> AccountAdministration::search(std::string_view beginning, std::string_view after, std::size_t limit) {
    const auto most = std::min(limit, AccountSearch::most);
    auto page = AccountStore{database_}.beginning_with(beginning, after, most);
    if (!page) return page.error();
    AccountSearch search{.found = {}, .next = std::move(page->next)};
    for (auto& account : page->accounts) search.found.push_back(listed(std::move(account), in_use_));
    return search;
}

Result<EventPage> AccountAdministration::events(std::string_view uuid, const EventKey& before) {
    return EventStore{database_}.latest(uuid, before);
}

Result<std::vector<TallyCount>> AccountAdministration::tallied(Moment since) { return EventStore{database_}.tallied(since); }

Result<Helped> AccountAdministration::skip_next(std::string_view name, seconds lifetime, const Administrator& by) {
    const auto account = AccountStore{database_}.find(name);
    if (!account) return account.error();
    if (!*account) return Helped::no_such_user;
    auto closed = AttemptStore{database_, limits_}.is_closed((*account)->uuid, AttemptKind::code);
    if (!closed || *closed) return closed ? Result<Helped>{Helped::refused} : closed.error();
    auto set = database_.in_transaction([&]() -> Result<bool> {
        auto changed = SkipStore{database_}.set(**account, lifetime, by.name);
        if (!changed || !*changed) return changed;
        auto added = EventStore{database_}.add_action(name_of(Reason::skip_set), **account, by, in_hours(lifetime));
        return added ? Result<bool>{true} : added.error();
    });
    if (!set) return set.error();
    return *set ? Helped::done : Helped::refused;
}

Result<Helped> AccountAdministration::reset(std::string_view name, const Administrator& by) {
    auto reset = reset_account(database_, name, in_use_, by);
    if (!reset) return reset.error();
    if (!*reset) return Helped::no_such_user;
    if ((*reset)->epoch) tell_of((*reset)->uuid, *(*reset)->epoch);
    return Helped::done;
}

Result<Helped> AccountAdministration::unlock(std::string_view name, const Administrator& by) {
    const auto account = AccountStore{database_}.find(name);
    if (!account) return account.error();
    if (!*account) return Helped::no_such_user;
    const auto& uuid = (*account)->uuid;
    AttemptStore attempts{database_, limits_};
    auto done = database_.in_transaction([&]() -> Result<bool> {
        auto unlocked = attempts.unlock(uuid);
        if (!unlocked) return unlocked.error();
        for (const auto kind : {AttemptKind::code, AttemptKind::recovery}) {
            auto closed = attempts.is_closed(uuid, kind);
            if (!closed) return closed.error();
            if (*closed && !*unlocked) return false;
        }
        auto added = EventStore{database_}.add_action(name_of(Reason::unlocked), **account, by);
        return added ? Result<bool>{true} : added.error();
    });
    if (!done) return done.error();
    return *done ? Helped::done : Helped::refused;
}

Result<MadeCode> AccountAdministration::temporary_code(std::string_view name, seconds lifetime, const Administrator& by) {
    AccountStore accounts{database_};
    auto account = accounts.find(name);
    if (!account) return account.error();
    if (!*account) return MadeCode{Helped::no_such_user};
    auto closed = AttemptStore{database_, limits_}.is_closed((*account)->uuid, AttemptKind::code);
    if (!closed) return closed.error();
    if (*closed && is_enrolled(**account)) return MadeCode{Helped::refused};
    auto uuid = accounts.own_uuid(**account);
    if (!uuid) return uuid.error();
    (*account)->uuid = *uuid;
    const auto code = new_one_time_code(temporary_code_groups);
    auto done = database_.in_transaction([&]() -> Result<bool> {
        auto put = TemporaryCodeStore{database_}.put(*uuid, *normalized_one_time_code(code), lifetime, by.name);
        if (!put) return put.error();
        auto added = EventStore{database_}.add_action(name_of(Reason::temporary_code_made), **account, by, in_hours(lifetime));
        return added ? Result<bool>{true} : added.error();
    });
    if (!done) return done.error();
    return MadeCode{Helped::done, code};
}

Result<Helped> AccountAdministration::end_sessions(std::string_view name, const Administrator& by) {
    const auto account = AccountStore{database_}.find(name);
    if (!account) return account.error();
    if (!*account) return Helped::no_such_user;
    const auto uuid = uuid_of((*account)->uuid);  // without one there has been no session
    std::uint32_t epoch = 0;
    auto done = database_.in_transaction([&]() -> Result<bool> {
        if (uuid) {
            auto ended = SessionStore{database_}.end_all(*uuid);
            if (!ended) return ended.error();
            epoch = *ended;
            auto forgotten = BrowserStore{database_}.forget_all((*account)->uuid);
            if (!forgotten) return forgotten.error();
        }
        auto added = EventStore{database_}.add_action(name_of(Reason::sessions_ended), **account, by);
        return added ? Result<bool>{true} : added.error();
    });
    if (!done) return done.error();
    if (uuid) tell_of(*uuid, epoch);
    return Helped::done;
}

Result<Done> AccountAdministration::end_everybody(const Administrator& by) {
    std::uint32_t epoch = 0;
    auto done = database_.in_transaction([&]() -> Result<bool> {
        auto ended = SessionStore{database_}.end_everybodys();
        if (!ended) return ended.error();
        epoch = *ended;
        if (auto forgotten = BrowserStore{database_}.forget_everybodys(); !forgotten) return forgotten.error();
        auto added = EventStore{database_}.add_action(name_of(Reason::sessions_ended), Account{}, by, "everybody's");
        return added ? Result<bool>{true} : added.error();
    });
    if (!done) return done.error();
    tell_of(Uuid{}, epoch);
    return Done{};
}

}  // namespace uzmfa
