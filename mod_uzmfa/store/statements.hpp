// SPDX-License-Identifier: Apache-2.0
// The SQL statements the module sends. Each has a name, by which UzmfaStatement replaces it. Out of its reach are those that see
// to a connection, a transaction or the schema, and uzmfactl's count of secrets (store/sealed_secrets).
#pragma once

#include "core/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace uzmfa {

enum class Statement : std::uint8_t {
    find_account,
    find_password,
    find_cost,
    give_uuid,
    count_uuid,
    consume_skip,
    hold_enabled,
    set_skip,
    put_skip,
    find_skip,
    drop_expired_skip,
    drop_skip,
    enroll_account,
    unenroll_account,
    reset_account,
    list_accounts,
    search_accounts,
    add_account,
    drop_company_access,
    add_company_access,
    find_factor,
    find_binding,
    spend_step,
    spend_code,
    purge_used_codes,
    add_factor,
    drop_other_factors,
    move_account,
    move_factor,
    find_pending,
    put_pending,
    purge_pending,
    charge_pending,
    uncharge_pending,
    retire_pending,
    close_pending,
    drop_factors,
    drop_pending,
    list_sealed_factors,
    list_sealed_pending,
    reseal_factor,
    reseal_pending,
    touch_quota,
    take_quota,
    give_back_quota,
    find_quota,
    purge_quota,
    owe_deletion,
    claim_deletion,
    release_deletion,
    settle_deletion,
    find_due_deletions,
    find_deletions_of,
    list_deletions,
    find_row,
    charge_attempt,
    refund_attempt,
    drop_refunded_attempts,
    clear_attempts,
    find_attempts,
    unlock_attempts,
    drop_attempts,
    add_recovery_code,
    find_recovery_codes,
    spend_recovery_code,
    drop_recovery_codes,
    put_temporary_code,
    find_temporary_digest,
    find_temporary_code,
    spend_temporary_code,
    drop_temporary_code,
    drop_used_codes,
    add_browser,
    find_browser,
    find_browsers_of,
    forget_browser,
    forget_token,
    drop_browsers_of,
    drop_all_browsers,
    purge_browsers,
    revoke_session,
    find_revocation,
    count_revocations,
    drop_revocations_of,
    drop_all_revocations,
    purge_revocations,
    find_changed_revocations,
    hold_epoch,
    begin_epoch,
    find_epoch,
    find_changed_epochs,
    find_time,
    note_session,
    drop_session,
    drop_sessions_of,
    drop_all_sessions,
    find_sessions_of,
    purge_sessions,
    charge_sign_in,
    find_sign_in_wait,
    give_back_sign_in,
    clear_sign_in,
    purge_sign_ins,
    keep_post,
    find_kept_post,
    drop_kept_post,
    purge_kept_posts,
    add_event,
    find_events_before,
    find_events_after,
    find_latest_events,
    find_latest_events_of,
    count_event,
    find_event_counts,
    purge_event_counts,
    find_account_events,
    find_unseen_events,
    find_due_notifications,
    claim_notification,
    settle_notification,
    purge_events,
    count
};
inline constexpr std::size_t statement_count = static_cast<std::size_t>(Statement::count);

enum class Driver : std::uint8_t { pgsql, sqlite3 };
std::optional<Driver> driver_named(std::string_view name);

// The statements of one virtual host, for its driver and with its table's name. Placeholders are %s.
class Statements {
public:
    // `users_table` is a plain SQL name, schema.name allowed; checked by is_table_name. It may have no column for
    // passwords where another provider than uzerp checks them.
    Statements(Driver driver, std::string_view users_table, bool has_passwords = true);

    // False where there is a complaint.
    bool replace(std::string_view name, std::string_view sql);

    const std::string& sql(Statement statement) const { return sql_[static_cast<std::size_t>(statement)]; }

    Driver driver() const { return driver_; }

private:
    Driver driver_;
    std::array<std::string, statement_count> sql_;
};

bool is_table_name(std::string_view name);
// Why `sql` cannot replace the statement of that name, empty where it can. It must take as many
// parameters: apr_dbd's drivers do not count what they are given.
std::string complaint_about(std::string_view name, std::string_view sql);
std::string_view name_of(Statement statement);

}  // namespace uzmfa
