// SPDX-License-Identifier: Apache-2.0
#include "store/factor_store.hpp"

#include "crypto/encoding.hpp"

namespace uzmfa {
namespace {

Result<CodeParameters> parameters_of(std::string_view algorithm, std::int64_t digits) {
    const auto known = chosen_by<Algorithm>(algorithm);
    const bool is_known = known && name_of(*known) == algorithm && digits >= 6 && digits <= 8;
    if (is_known) return CodeParameters{*known, static_cast<std::uint8_t>(digits)};
    return Error{ErrorKind::damaged, "a factor's algorithm or digits are none that the module knows"};
}

}  // namespace

Result<std::optional<BoundFactor>> FactorStore::find(const Account& account) {
    auto rows = database_.rows(Statement::find_factor, {account.mfa_sid, account.uuid});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<BoundFactor>{};
    const Row& row = rows->front();
    auto parameters = parameters_of(row.text(1), row.number(2));
    if (!parameters) return parameters.error();
    return std::optional{BoundFactor{{account.mfa_sid, std::string{row.text(0)}, *parameters}, row.number(3)}};
}

Result<std::optional<Binding>> FactorStore::find_binding(const Account& account) {
    auto rows = database_.rows(Statement::find_binding, {account.mfa_sid, account.uuid});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<Binding>{};
    const Row& row = rows->front();
    auto parameters = parameters_of(row.text(0), row.number(1));
    if (!parameters) return parameters.error();
    return std::optional{
        Binding{parameters->algorithm, parameters->digits, from_unix_time(row.number(2)), std::string{row.text(3)}}};
}

Result<bool> FactorStore::spend(const Account& account, TimeStep step) {
    auto changed = database_.change(Statement::spend_step, {step, account.mfa_sid, account.uuid, step});
    if (!changed) return changed.error();
    return *changed == 1;
}

Result<bool> FactorStore::spend_code(const Account& account, std::span<const std::string> digests) {
    if (auto purged = database_.change(Statement::purge_used_codes, {account.uuid}); !purged) return purged.error();
    bool are_new = true;
    for (const auto& digest : digests) {
        auto changed = database_.change(Statement::spend_code, {account.uuid, digest});
        if (!changed) return changed.error();
        are_new &= *changed == 1;
    }
    return are_new;
}

Result<std::optional<PendingFactor>> FactorStore::find_pending(const Account& account,
                                                                         const SessionId& session) {
    auto rows = database_.rows(Statement::find_pending, {hex(session), account.uuid, account.name.view()});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<PendingFactor>{};
    const Row& row = rows->front();
    auto parameters = parameters_of(row.text(2), row.number(3));
    if (!parameters) return parameters.error();
    return std::optional{PendingFactor{{std::string{row.text(0)}, std::string{row.text(1)}, *parameters},
                                             static_cast<int>(row.number(4))}};
}

Result<bool> FactorStore::put_pending(const Account& account, const SessionId& session,
                                          const StoredSecret& fresh, std::string_view spent_sid) {
    if (auto purged = database_.change(Statement::purge_pending); !purged) return purged.error();
    auto put = database_.change(
        Statement::put_pending, {hex(session), account.uuid, account.name.view(), fresh.sid, fresh.sealed,
                                 name_of(fresh.parameters.algorithm), std::int64_t{fresh.parameters.digits}, spent_sid});
    if (!put) return put.error();
    return *put == 1;
}

Result<bool> FactorStore::charge(const SessionId& session, std::string_view sid) {
    auto changed = database_.change(Statement::charge_pending, {hex(session), sid, std::int64_t{most_tries}});
    if (!changed) return changed.error();
    return *changed == 1;
}

Result<Done> FactorStore::uncharge(const SessionId& session, std::string_view sid) {
    return as_done(database_.change(Statement::uncharge_pending, {hex(session), sid}));
}

Result<Done> FactorStore::retire(const SessionId& session, std::string_view sid) {
    const std::int64_t left = time_to_bind.count();
    return as_done(database_.change(Statement::retire_pending, {left, hex(session), sid, left}));
}

Result<bool> FactorStore::bind(const Account& account, const SessionId& session, const StoredSecret& secret,
                                   TimeStep step, std::string_view address) {
    // The first statement is a write whose row only one of two can delete.
    return database_.in_transaction([&]() -> Result<bool> {
        auto closed = database_.change(Statement::close_pending, {hex(session), secret.sid});
        if (!closed) return closed.error();
        if (*closed != 1) return false;
        auto enrolled = database_.change(Statement::enroll_account,
                                         {secret.sid, account.name.view(), account.uuid, account.mfa_sid});
        if (!enrolled) return enrolled.error();
        if (*enrolled != 1) return false;
        auto added = database_.change(
            Statement::add_factor, {secret.sid, account.uuid, account.name.view(), secret.sealed,
                                    name_of(secret.parameters.algorithm), std::int64_t{secret.parameters.digits}, step,
                                    address});
        if (!added) return added.error();
        auto dropped = database_.change(Statement::drop_other_factors, {account.uuid, secret.sid});
        if (!dropped) return dropped.error();
        // What was to let the user in without the former factor.
        for (const auto statement : {Statement::drop_skip, Statement::drop_temporary_code}) {
            if (auto gone = database_.change(statement, {account.uuid}); !gone) return gone.error();
        }
        return true;
    });
}

Result<Done> FactorStore::unbind(const Account& account) {
    return as_done(database_.change(Statement::unenroll_account, {account.name.view(), account.uuid, account.mfa_sid}));
}

Result<bool> FactorStore::move(const Account& account, std::string_view sid, std::string_view service) {
    auto changed = database_.change(Statement::move_account, {sid, account.name.view(), account.uuid, account.mfa_sid});
    if (!changed) return changed.error();
    if (*changed != 1) return false;
    auto moved = database_.change(Statement::move_factor, {sid, service, account.mfa_sid, account.uuid});
    if (!moved) return moved.error();
    return *moved == 1;
}

}  // namespace uzmfa
