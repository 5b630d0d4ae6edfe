// SPDX-License-Identifier: Apache-2.0
#include "store/new_account.hpp"

#include "crypto/random.hpp"
#include "store/event_store.hpp"

#include <apr_md5.h>

#include <array>

namespace uzmfa {
namespace {

constexpr unsigned int cost = 10;
constexpr std::size_t salt_bytes = 16;

}  // namespace

std::optional<std::string> bcrypt_hash(std::string_view password) {
    const bool is_one = !password.empty() && password.size() <= longest_password && password.find('\0') == password.npos;
    if (!is_one) return std::nullopt;
    auto ended = secret_bytes(password);
    ended.push_back(0);
    const auto salt = random_bytes(salt_bytes);
    std::array<char, 120> hash{};
    const auto status = apr_bcrypt_encode(reinterpret_cast<const char*>(ended.data()), cost, salt.data(), salt.size(),
                                          hash.data(), hash.size());
    return status == APR_SUCCESS ? std::optional{std::string{hash.data()}} : std::nullopt;
}

Result<Added> add_account(Database& database, std::string_view name, std::string_view hash, const Administrator& by) {
    Account account;
    account.name = *UserName::of(name);
    account.uuid = random_uuid();
    auto added = Added::name_is_taken;
    auto done = database.in_transaction([&]() -> Result<bool> {
        auto row = database.change(Statement::add_account, {name, hash, account.uuid});
        if (!row) return row.error();
        if (*row != 1) return false;
        // What somebody of that name left gives the new one nothing.
        if (auto dropped = database.change(Statement::drop_company_access, {name}); !dropped) return dropped.error();
        auto access = database.change(Statement::add_company_access, {name});
        if (!access) return access.error();
        added = *access == 1 ? Added::done : Added::no_company;
        if (added == Added::no_company) return false;
        auto event = EventStore{database}.add_action("added", account, by);
        return event ? Result<bool>{true} : event.error();
    });
    if (!done) return done.error();
    return added;
}

}  // namespace uzmfa
