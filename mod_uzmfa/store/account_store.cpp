// SPDX-License-Identifier: Apache-2.0
#include "store/account_store.hpp"

#include "core/text.hpp"
#include "crypto/random.hpp"
#include "store/skip_store.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

Error shared_uuid() { return {ErrorKind::damaged, "two rows of the users table share one uuid"}; }

// U+10FFFF, which is in no name: what begins with a text sorts between the text and the text with this behind it.
constexpr std::string_view last_character = "\xf4\x8f\xbf\xbf";

Account account_of(const Row& row) {
    Account account;
    account.name = *UserName::of(row.text(0));
    account.uuid = lower(row.text(1));
    account.mfa_sid = row.text(2) == "null" ? "" : row.text(2);
    account.mfa_enrolled = row.truth(3);
    account.mfa_enabled = row.truth(4);
    account.access_enabled = row.truth(5);
    return account;
}

}  // namespace

bool is_user_name(std::string_view name) {
    return !name.empty() && name.size() <= UserName::capacity && name.find('\0') == name.npos && is_utf8(name);
}

Result<std::optional<Account>> AccountStore::find(std::string_view name) {
    if (!is_user_name(name)) return std::optional<Account>{};
    auto rows = database_.rows(Statement::find_account, {name});
    if (!rows) return rows.error();
    // A collation that folds case would answer for another spelling: names match exactly.
    std::erase_if(*rows, [&](const Row& row) { return row.text(0) != name; });
    if (rows->empty()) return std::optional<Account>{};
    if (rows->size() > 1) return Error{ErrorKind::damaged, "two rows of the users table have one name"};

    const Row& row = rows->front();
    Account account = account_of(row);
    if (!account.uuid.empty() && !uuid_of(account.uuid)) return Error{ErrorKind::damaged, "a uuid is ill-formed"};
    if (row.number(6) > 0) return shared_uuid();
    return std::optional<Account>{std::move(account)};
}

Result<AccountPage> AccountStore::page_after(std::string_view name) {
    constexpr std::size_t full_page = 1000;  // as the statement says
    auto rows = database_.rows(Statement::list_accounts, {name});
    if (!rows) return rows.error();
    AccountPage page;
    for (const auto& row : *rows) {
        if (is_user_name(row.text(0))) page.accounts.push_back(account_of(row));
    }
    if (rows->size() < full_page || rows->back().text(0) == name) return page;
    page.next = rows->back().text(0);
    return page;
}

Result<AccountPage> AccountStore::beginning_with(std::string_view beginning, std::string_view after, std::size_t most) {
    if (!beginning.empty() && !is_user_name(beginning)) return AccountPage{};
    const auto end = std::string{beginning} + std::string{last_character};
    auto rows = database_.rows(Statement::search_accounts, {beginning, after, after, end, static_cast<std::int64_t>(most + 1)});
    if (!rows) return rows.error();
    AccountPage page;
    if (rows->size() > most) {
        rows->resize(most);
        page.next = rows->back().text(0);
    }
    for (const auto& row : *rows) {
        if (is_user_name(row.text(0))) page.accounts.push_back(account_of(row));
    }
    return page;
}

Result<std::string> AccountStore::uuid_of_row(const Account& account) {
    return account.uuid.empty() ? give_uuid(account) : Result<std::string>{account.uuid};
}

Result<std::string> AccountStore::own_uuid(const Account& account) {
    auto uuid = uuid_of_row(account);
    if (!uuid) return uuid;
    auto rows = database_.rows(Statement::count_uuid, {*uuid});
    if (!rows) return rows.error();
    if (rows->empty() || rows->front().number(0) != 1) return shared_uuid();
    return uuid;
}

Result<std::string> AccountStore::give_uuid(const Account& account) {
    auto given = database_.change(Statement::give_uuid, {random_uuid(), account.name.view()});
    if (!given) return given.error();
    // Whoever was first gave it.
    auto found = find(account.name.view());
    if (!found) return found.error();
    if (!*found || (*found)->uuid.empty()) return Error{ErrorKind::damaged, "the row took no uuid"};
    return (*found)->uuid;
}

Result<bool> AccountStore::has_skip(const Account& account) {
    if (account.mfa_enabled) return false;
    auto skip = SkipStore{database_}.find(account.uuid);
    if (!skip) return skip.error();
    return !*skip || !(*skip)->has_expired;
}

Result<Done> AccountStore::forget_skip(const Account& account) {
    auto skip = SkipStore{database_}.find(account.uuid);
    if (!skip) return skip.error();
    if (!*skip) return Done{};
    return as_done(database_.in_transaction([&]() -> Result<bool> {
        // Who sets one meanwhile waits for this row.
        auto held = database_.change(Statement::hold_enabled, {account.name.view()});
        if (!held) return held.error();
        if (*held != 1) return false;
        auto dropped = database_.change(Statement::drop_skip, {account.uuid});
        return dropped ? Result<bool>{true} : dropped.error();
    }));
}

Result<bool> AccountStore::consume_skip(const Account& account) {
    if (account.mfa_enabled) {
        if (auto forgotten = forget_skip(account); !forgotten) return forgotten.error();
        return false;
    }
    bool consumed = false;
    auto done = database_.in_transaction([&]() -> Result<bool> {
        auto changed = database_.change(Statement::consume_skip, {account.name.view()});
        if (!changed) return changed.error();
        if (*changed != 1) return false;
        auto expired = database_.change(Statement::drop_expired_skip, {account.uuid});
        if (!expired) return expired.error();
        if (auto dropped = database_.change(Statement::drop_skip, {account.uuid}); !dropped) return dropped.error();
        consumed = *expired == 0;
        return true;  // one that has expired is over as well
    });
    if (!done) return done.error();
    return consumed;
}

}  // namespace uzmfa
