// SPDX-License-Identifier: Apache-2.0
#include "store/totp_factor_store.hpp"

#include "crypto/encoding.hpp"

namespace uzmfa {
namespace {

struct AlgorithmName {
    Algorithm algorithm;
    std::string_view name;
};
constexpr AlgorithmName algorithm_names[] = {
    {Algorithm::sha1, "SHA1"}, {Algorithm::sha256, "SHA256"}, {Algorithm::sha512, "SHA512"}};

std::string_view name_of(Algorithm algorithm) {
    for (const auto& row : algorithm_names) {
        if (row.algorithm == algorithm) return row.name;
    }
    return {};
}

Result<totp::Parameters> parameters_of(std::string_view algorithm, std::int64_t digits) {
    for (const auto& row : algorithm_names) {
        if (row.name == algorithm && digits >= 6 && digits <= 8) {
            return totp::Parameters{row.algorithm, static_cast<std::uint8_t>(digits)};
        }
    }
    return Error{ErrorKind::damaged, "a factor's algorithm or digits are none that the module knows"};
}

}  // namespace

Result<std::optional<totp::BoundFactor>> TotpFactorStore::find(const Account& account) {
    auto rows = database_.rows(Statement::find_factor, {account.mfa_sid, account.uuid});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<totp::BoundFactor>{};
    const Row& row = rows->front();
    auto parameters = parameters_of(row.text(1), row.number(2));
    if (!parameters) return parameters.error();
    return std::optional{totp::BoundFactor{{account.mfa_sid, std::string{row.text(0)}, *parameters}, row.number(3)}};
}

Result<bool> TotpFactorStore::spend(const Account& account, totp::TimeStep step) {
    auto changed = database_.change(Statement::spend_step, {step, account.mfa_sid, account.uuid, step});
    if (!changed) return changed.error();
    return *changed == 1;
}

Result<std::optional<totp::PendingFactor>> TotpFactorStore::find_pending(const Account& account,
                                                                         const SessionId& session) {
    auto rows = database_.rows(Statement::find_pending, {hex(session), account.uuid, account.name.view()});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<totp::PendingFactor>{};
    const Row& row = rows->front();
    auto parameters = parameters_of(row.text(2), row.number(3));
    if (!parameters) return parameters.error();
    return std::optional{totp::PendingFactor{{std::string{row.text(0)}, std::string{row.text(1)}, *parameters},
                                             static_cast<int>(row.number(4))}};
}

Result<Done> TotpFactorStore::put_pending(const Account& account, const SessionId& session,
                                          const totp::StoredSecret& fresh, std::string_view spent_sid) {
    if (auto purged = database_.change(Statement::purge_pending); !purged) return purged.error();
    auto put = database_.change(
        Statement::put_pending, {hex(session), account.uuid, account.name.view(), fresh.sid, fresh.sealed,
                                 name_of(fresh.parameters.algorithm), std::int64_t{fresh.parameters.digits}, spent_sid});
    if (!put) return put.error();
    return Done{};
}

Result<bool> TotpFactorStore::charge(const SessionId& session, std::string_view sid) {
    auto changed = database_.change(Statement::charge_pending, {hex(session), sid, std::int64_t{totp::most_tries}});
    if (!changed) return changed.error();
    return *changed == 1;
}

Result<bool> TotpFactorStore::bind(const Account& account, const SessionId& session, const totp::StoredSecret& secret,
                                   totp::TimeStep step, std::string_view address) {
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
        return true;
    });
}

}  // namespace uzmfa
