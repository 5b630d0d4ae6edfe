// SPDX-License-Identifier: Apache-2.0
#include "store/sign_in_failure_store.hpp"

#include "crypto/encoding.hpp"
#include "crypto/mac.hpp"
#include "store/account_store.hpp"
#include "store/client_network.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

constexpr seconds shortest_wait{1};  // the window ended, or was cleared, after the charge was refused

}  // namespace

// No address has a line end, so that no name can shift the boundary.
std::string SignInFailureStore::pair_of(std::string_view name, std::string_view address) const {
    std::string pair = client_network(address) + '\n';
    if (is_user_name(name)) pair += name;  // what no user can be called is one name
    return hex(hmac(Digest::sha256, key_, {reinterpret_cast<const std::uint8_t*>(pair.data()), pair.size()}));
}

Result<std::optional<seconds>> SignInFailureStore::charge(std::string_view name, std::string_view address) {
    const std::int64_t kept_for = kept_for_.count();
    if (auto purged = database_.change(Statement::purge_sign_ins, {kept_for, kept_for}); !purged) return purged.error();

    const auto pair = pair_of(name, address);
    const std::int64_t window = limit_.window.count();
    auto charged = database_.change(Statement::charge_sign_in, {pair, window, window, std::int64_t{limit_.most}, window});
    if (!charged) return charged.error();
    if (*charged > 0) return std::optional<seconds>{};

    auto rows = database_.rows(Statement::find_sign_in_wait, {window, pair});
    if (!rows) return rows.error();
    return std::optional{rows->empty() ? shortest_wait : std::max(shortest_wait, seconds{rows->front().number(0)})};
}

Result<Done> SignInFailureStore::give_back(std::string_view name, std::string_view address) {
    return as_done(database_.change(Statement::give_back_sign_in, {pair_of(name, address)}));
}

Result<Done> SignInFailureStore::clear(std::string_view name, std::string_view address) {
    return as_done(database_.change(Statement::clear_sign_in, {pair_of(name, address)}));
}

}  // namespace uzmfa
