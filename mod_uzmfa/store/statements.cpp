// SPDX-License-Identifier: Apache-2.0
#include "store/statements.hpp"

#include "core/session.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

struct Row {
    Statement statement;
    std::string_view name;
    std::string_view sql;
};

// {users} is the users table, {password} its password column where it has one, {now} the database's Unix time, {pending}
// the lifetime of a pending enrollment in seconds, {told} the events that their user is told of, {notified} those of them that
// are told at once, {wrong} chooses wrong codes behind the others, {unlocked} leaves out rows that somebody else has locked,
// {true:X} holds where the boolean column X is true (NULL is not), {uuid:X} is the uuid in the column X as a text in lower case,
// {greatest} the function that chooses the greatest of its arguments.
// Portable between PostgreSQL and SQLite 3.25.
constexpr Row rows[] = {
    {Statement::find_account, "find_account",
     "SELECT u.username, u.uuid, u.mfa_sid, u.mfa_enrolled, u.mfa_enabled, u.access_enabled,"
     " (SELECT count(*) FROM uzmfa_totp_factor f JOIN {users} o ON o.username = f.username"
     " WHERE f.uuid = {uuid:u.uuid} AND f.username <> u.username AND {uuid:o.uuid} = f.uuid)"
     " FROM {users} u WHERE u.username = %s"},
    {Statement::find_password, "find_password",
     "SELECT u.username, u.password, u.access_enabled,"
     " (SELECT count(*) FROM user_company_access a JOIN system_companies c ON c.id = a.usercompanyid"
     " WHERE a.username = u.username AND {true:a.enabled} AND {true:c.enabled})"
     " FROM {users} u WHERE u.username = %s"},
    {Statement::find_cost, "find_cost",
     "SELECT u.password FROM {users} u WHERE u.username >= %s AND length(u.password) = 60 ORDER BY u.username LIMIT 1"},
    {Statement::give_uuid, "give_uuid", "UPDATE {users} SET uuid = %s WHERE username = %s AND uuid IS NULL"},
    {Statement::count_uuid, "count_uuid", "SELECT count(*) FROM {users} u WHERE {uuid:u.uuid} = %s"},
    {Statement::consume_skip, "consume_skip",
     "UPDATE {users} SET mfa_enabled = TRUE WHERE username = %s AND {true:access_enabled}"
     " AND {true:mfa_enrolled} AND NOT {true:mfa_enabled}"},
    {Statement::hold_enabled, "hold_enabled",
     "UPDATE {users} SET mfa_enabled = TRUE WHERE username = %s AND {true:mfa_enabled}"},
    {Statement::set_skip, "set_skip",
     "UPDATE {users} SET mfa_enabled = FALSE WHERE username = %s AND {uuid:uuid} = %s"
     " AND {true:mfa_enrolled} AND coalesce(nullif(mfa_sid, 'null'), '') <> ''"},
    {Statement::put_skip, "put_skip",
     "INSERT INTO uzmfa_skip (uuid, expires_at, set_by) VALUES (%s, {now} + CAST(%s AS bigint), %s)"
     " ON CONFLICT (uuid) DO UPDATE SET expires_at = excluded.expires_at, set_by = excluded.set_by"},
    {Statement::find_skip, "find_skip", "SELECT expires_at, set_by, expires_at <= {now} FROM uzmfa_skip WHERE uuid = %s"},
    {Statement::drop_expired_skip, "drop_expired_skip", "DELETE FROM uzmfa_skip WHERE uuid = %s AND expires_at <= {now}"},
    {Statement::drop_skip, "drop_skip", "DELETE FROM uzmfa_skip WHERE uuid = %s"},
    {Statement::enroll_account, "enroll_account",
     "UPDATE {users} SET mfa_sid = %s, mfa_enrolled = TRUE, mfa_enabled = TRUE"
     " WHERE username = %s AND {uuid:uuid} = %s AND coalesce(nullif(mfa_sid, 'null'), '') = %s"},
    {Statement::unenroll_account, "unenroll_account",
     "UPDATE {users} SET mfa_sid = NULL, mfa_enrolled = FALSE"
     " WHERE username = %s AND {uuid:uuid} = %s AND coalesce(nullif(mfa_sid, 'null'), '') = %s"},
    {Statement::reset_account, "reset_account",
     "UPDATE {users} SET mfa_sid = NULL, mfa_enrolled = FALSE, mfa_enabled = FALSE WHERE username = %s"},
    {Statement::list_accounts, "list_accounts",
     "SELECT u.username, u.uuid, u.mfa_sid, u.mfa_enrolled, u.mfa_enabled, u.access_enabled FROM {users} u"
     " WHERE u.username > %s ORDER BY u.username LIMIT 1000"},
    {Statement::search_accounts, "search_accounts",
     "SELECT u.username, u.uuid, u.mfa_sid, u.mfa_enrolled, u.mfa_enabled, u.access_enabled FROM {users} u"
     " WHERE u.username >= {greatest}(%s, %s) AND u.username <> %s AND u.username <= %s"
     " ORDER BY u.username LIMIT CAST(%s AS integer)"},
    {Statement::add_account, "add_account",
     "INSERT INTO {users} (username, password, access_enabled, uuid) VALUES (%s, %s, TRUE, %s)"
     " ON CONFLICT (username) DO NOTHING"},
    {Statement::drop_company_access, "drop_company_access", "DELETE FROM user_company_access WHERE username = %s"},
    {Statement::add_company_access, "add_company_access",
     "INSERT INTO user_company_access (username, usercompanyid, enabled)"
     " SELECT %s, min(c.id), TRUE FROM system_companies c WHERE {true:c.enabled} HAVING count(*) > 0"},
    {Statement::find_factor, "find_factor",
     "SELECT secret, algorithm, digits, last_step FROM uzmfa_totp_factor WHERE sid = %s AND uuid = %s"},
    {Statement::find_binding, "find_binding",
     "SELECT algorithm, digits, bound_at, bound_from FROM uzmfa_totp_factor WHERE sid = %s AND uuid = %s"},
    {Statement::spend_step, "spend_step",
     "UPDATE uzmfa_totp_factor SET last_step = %s WHERE sid = %s AND uuid = %s AND last_step < %s"},
    {Statement::spend_code, "spend_code",
     "INSERT INTO uzmfa_used_code (uuid, digest, used_at) VALUES (%s, %s, {now}) ON CONFLICT (uuid, digest) DO NOTHING"},
    {Statement::purge_used_codes, "purge_used_codes",
     "DELETE FROM uzmfa_used_code WHERE uuid = %s AND used_at <= {now} - 300"},
    {Statement::add_factor, "add_factor",
     "INSERT INTO uzmfa_totp_factor"
     " (sid, uuid, username, secret, algorithm, digits, last_step, bound_at, bound_from)"
     " VALUES (%s, %s, %s, %s, %s, %s, %s, {now}, %s)"},
    {Statement::drop_other_factors, "drop_other_factors",
     "DELETE FROM uzmfa_totp_factor WHERE uuid = %s AND sid <> %s"},
    {Statement::move_account, "move_account",
     "UPDATE {users} SET mfa_sid = %s WHERE username = %s AND {uuid:uuid} = %s AND {true:mfa_enrolled} AND mfa_sid = %s"},
    {Statement::move_factor, "move_factor",
     "UPDATE uzmfa_totp_factor SET sid = %s, secret = %s, last_step = 0 WHERE sid = %s AND uuid = %s"},
    {Statement::find_pending, "find_pending",
     "SELECT sid, secret, algorithm, digits, tries FROM uzmfa_enrollment"
     " WHERE session = %s AND uuid = %s AND username = %s AND created_at > {now} - {pending}"},
    {Statement::put_pending, "put_pending",
     "INSERT INTO uzmfa_enrollment (session, uuid, username, sid, secret, algorithm, digits, tries, created_at)"
     " VALUES (%s, %s, %s, %s, %s, %s, %s, 0, {now})"
     " ON CONFLICT (session) DO UPDATE SET uuid = excluded.uuid, username = excluded.username, sid = excluded.sid,"
     " secret = excluded.secret, algorithm = excluded.algorithm, digits = excluded.digits, tries = 0,"
     " created_at = excluded.created_at"
     " WHERE uzmfa_enrollment.sid = %s OR uzmfa_enrollment.username <> excluded.username"
     " OR uzmfa_enrollment.uuid <> excluded.uuid OR uzmfa_enrollment.created_at <= {now} - {pending}"},
    {Statement::purge_pending, "purge_pending", "DELETE FROM uzmfa_enrollment WHERE created_at <= {now} - {pending}"},
    {Statement::charge_pending, "charge_pending",
     "UPDATE uzmfa_enrollment SET tries = tries + 1 WHERE session = %s AND sid = %s AND tries < %s"},
    {Statement::uncharge_pending, "uncharge_pending",
     "UPDATE uzmfa_enrollment SET tries = tries - 1 WHERE session = %s AND sid = %s AND tries > 0"},
    {Statement::retire_pending, "retire_pending",
     "UPDATE uzmfa_enrollment SET created_at = {now} - {pending} + CAST(%s AS bigint)"
     " WHERE session = %s AND sid = %s AND created_at > {now} - {pending} + CAST(%s AS bigint)"},
    {Statement::close_pending, "close_pending", "DELETE FROM uzmfa_enrollment WHERE session = %s AND sid = %s"},
    {Statement::drop_factors, "drop_factors", "DELETE FROM uzmfa_totp_factor WHERE uuid = %s"},
    {Statement::drop_pending, "drop_pending", "DELETE FROM uzmfa_enrollment WHERE uuid = %s"},
    {Statement::list_sealed_factors, "list_sealed_factors",
     "SELECT sid, sid, uuid, username, secret FROM uzmfa_totp_factor"
     " WHERE sid > %s AND substr(sid, 1, 2) = 'LF' ORDER BY sid LIMIT 500"},
    {Statement::list_sealed_pending, "list_sealed_pending",
     "SELECT session, sid, uuid, username, secret FROM uzmfa_enrollment"
     " WHERE session > %s AND created_at > {now} - {pending} ORDER BY session LIMIT 500"},
    {Statement::reseal_factor, "reseal_factor", "UPDATE uzmfa_totp_factor SET secret = %s WHERE sid = %s AND secret = %s"},
    {Statement::reseal_pending, "reseal_pending",
     "UPDATE uzmfa_enrollment SET secret = %s WHERE session = %s AND secret = %s"},
    {Statement::touch_quota, "touch_quota",
     "INSERT INTO uzmfa_quota (name, uuid) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET uuid = excluded.uuid"},
    {Statement::take_quota, "take_quota",
     "INSERT INTO uzmfa_quota_use (name, number, used_at) SELECT %s, coalesce(max(number), 0) + 1, {now}"
     " FROM uzmfa_quota_use WHERE name = %s"},
    {Statement::give_back_quota, "give_back_quota",
     "DELETE FROM uzmfa_quota_use WHERE name = %s"
     " AND number = (SELECT max(number) FROM uzmfa_quota_use WHERE name = %s)"},
    {Statement::find_quota, "find_quota",
     "SELECT {now} - used_at FROM uzmfa_quota_use WHERE name = %s ORDER BY used_at DESC LIMIT 100"},
    {Statement::purge_quota, "purge_quota", "DELETE FROM uzmfa_quota_use WHERE name = %s AND used_at <= {now} - 86460"},
    {Statement::owe_deletion, "owe_deletion",
     "INSERT INTO uzmfa_owed_deletion (uuid, sid, owed_at, due_at, claimed_until, tries)"
     " VALUES (%s, %s, {now}, {now}, 0, 0) ON CONFLICT (uuid, sid) DO UPDATE SET due_at = excluded.due_at"},
    {Statement::claim_deletion, "claim_deletion",
     "UPDATE uzmfa_owed_deletion SET claimed_until = {now} + 60, tries = tries + 1,"
     " due_at = {now} + CASE WHEN tries < 10 THEN 30 * (tries + 1) ELSE 3600 END"
     " WHERE uuid = %s AND sid = %s AND claimed_until <= {now}"},
    {Statement::release_deletion, "release_deletion",
     "UPDATE uzmfa_owed_deletion SET claimed_until = 0 WHERE uuid = %s AND sid = %s"},
    {Statement::settle_deletion, "settle_deletion", "DELETE FROM uzmfa_owed_deletion WHERE uuid = %s AND sid = %s"},
    {Statement::find_due_deletions, "find_due_deletions",
     "SELECT uuid, sid, owed_at, tries FROM uzmfa_owed_deletion"
     " WHERE due_at <= {now} AND claimed_until <= {now} ORDER BY due_at LIMIT 8"},
    {Statement::find_deletions_of, "find_deletions_of",
     "SELECT uuid, sid, owed_at, tries FROM uzmfa_owed_deletion WHERE uuid = %s ORDER BY sid"},
    {Statement::list_deletions, "list_deletions",
     "SELECT uuid, sid, owed_at, tries FROM uzmfa_owed_deletion ORDER BY owed_at LIMIT 1000"},
    {Statement::find_row, "find_row",
     "SELECT u.username, u.uuid, u.access_enabled, u.mfa_enrolled, {password},"
     " (SELECT count(*) FROM uzmfa_revocation r WHERE r.session = %s),"
     " (SELECT coalesce(max(e.epoch), 0) FROM uzmfa_epoch e WHERE e.uuid = {uuid:u.uuid}),"
     " (SELECT coalesce(max(e.epoch), 0) FROM uzmfa_epoch e WHERE e.uuid = '')"
     " FROM {users} u WHERE u.username = %s"},
    {Statement::charge_attempt, "charge_attempt",
     "INSERT INTO uzmfa_attempt (uuid, kind, failures, open_at, era) VALUES (%s, %s, 1, {now} + CAST(%s AS bigint), %s)"
     " ON CONFLICT (uuid, kind) DO UPDATE SET failures = uzmfa_attempt.failures + 1, open_at = {now} + CASE"
     " WHEN uzmfa_attempt.failures + 1 < CAST(%s AS integer) THEN 0"
     " WHEN uzmfa_attempt.failures + 1 < CAST(%s AS integer)"
     " THEN CAST(%s AS bigint) << (uzmfa_attempt.failures + 1 - CAST(%s AS integer))"
     " ELSE CAST(%s AS bigint) END"
     " WHERE uzmfa_attempt.open_at <= {now} AND uzmfa_attempt.failures < %s"},
    {Statement::refund_attempt, "refund_attempt",
     "UPDATE uzmfa_attempt SET open_at = CASE WHEN failures <= %s THEN 0 ELSE open_at END,"
     " failures = failures - 1 WHERE uuid = %s AND kind = %s AND era = %s AND failures > 0"},
    {Statement::drop_refunded_attempts, "drop_refunded_attempts",
     "DELETE FROM uzmfa_attempt WHERE uuid = %s AND kind = %s AND failures = 0"},
    {Statement::clear_attempts, "clear_attempts", "DELETE FROM uzmfa_attempt WHERE uuid = %s AND kind = %s"},
    {Statement::find_attempts, "find_attempts",
     "SELECT failures, open_at - {now}, era FROM uzmfa_attempt WHERE uuid = %s AND kind = %s"},
    {Statement::unlock_attempts, "unlock_attempts", "DELETE FROM uzmfa_attempt WHERE uuid = %s AND failures < %s"},
    {Statement::drop_attempts, "drop_attempts", "DELETE FROM uzmfa_attempt WHERE uuid = %s"},
    {Statement::add_recovery_code, "add_recovery_code",
     "INSERT INTO uzmfa_recovery_code (uuid, digest, salt) VALUES (%s, %s, %s)"},
    {Statement::find_recovery_codes, "find_recovery_codes", "SELECT salt, digest FROM uzmfa_recovery_code WHERE uuid = %s"},
    {Statement::spend_recovery_code, "spend_recovery_code", "DELETE FROM uzmfa_recovery_code WHERE uuid = %s AND digest = %s"},
    {Statement::drop_recovery_codes, "drop_recovery_codes", "DELETE FROM uzmfa_recovery_code WHERE uuid = %s"},
    {Statement::put_temporary_code, "put_temporary_code",
     "INSERT INTO uzmfa_temporary_code (uuid, digest, salt, expires_at, made_by)"
     " VALUES (%s, %s, %s, {now} + CAST(%s AS bigint), %s)"
     " ON CONFLICT (uuid) DO UPDATE SET digest = excluded.digest, salt = excluded.salt,"
     " expires_at = excluded.expires_at, made_by = excluded.made_by"},
    {Statement::find_temporary_digest, "find_temporary_digest",
     "SELECT salt, digest FROM uzmfa_temporary_code WHERE uuid = %s AND expires_at > {now}"},
    {Statement::find_temporary_code, "find_temporary_code",
     "SELECT expires_at, made_by FROM uzmfa_temporary_code WHERE uuid = %s AND expires_at > {now}"},
    {Statement::spend_temporary_code, "spend_temporary_code",
     "DELETE FROM uzmfa_temporary_code WHERE uuid = %s AND digest = %s AND expires_at > {now}"},
    {Statement::drop_temporary_code, "drop_temporary_code", "DELETE FROM uzmfa_temporary_code WHERE uuid = %s"},
    {Statement::drop_used_codes, "drop_used_codes", "DELETE FROM uzmfa_used_code WHERE uuid = %s"},
    {Statement::add_browser, "add_browser",
     "INSERT INTO uzmfa_browser (digest, uuid, verified_at, expires_at, address, browser)"
     " VALUES (%s, %s, {now}, {now} + CAST(%s AS bigint), %s, %s)"},
    {Statement::find_browser, "find_browser",
     "SELECT verified_at FROM uzmfa_browser WHERE digest = %s AND uuid = %s"
     " AND expires_at > {now} AND verified_at > {now} - CAST(%s AS bigint)"},
    {Statement::find_browsers_of, "find_browsers_of",
     "SELECT substr(digest, 1, 16), verified_at, expires_at, address, browser FROM uzmfa_browser"
     " WHERE uuid = %s AND expires_at > {now} ORDER BY verified_at DESC, digest LIMIT 100"},
    {Statement::forget_browser, "forget_browser", "DELETE FROM uzmfa_browser WHERE uuid = %s AND substr(digest, 1, 16) = %s"},
    {Statement::forget_token, "forget_token", "DELETE FROM uzmfa_browser WHERE digest = %s"},
    {Statement::drop_browsers_of, "drop_browsers_of", "DELETE FROM uzmfa_browser WHERE uuid = %s"},
    {Statement::drop_all_browsers, "drop_all_browsers", "DELETE FROM uzmfa_browser"},
    {Statement::purge_browsers, "purge_browsers", "DELETE FROM uzmfa_browser WHERE expires_at <= {now}"},
    {Statement::revoke_session, "revoke_session",
     "INSERT INTO uzmfa_revocation (session, uuid, ends_at, made_at) VALUES (%s, %s, %s, {now})"
     " ON CONFLICT (session) DO NOTHING"},
    {Statement::find_revocation, "find_revocation", "SELECT session FROM uzmfa_revocation WHERE session = %s"},
    {Statement::count_revocations, "count_revocations",
     "SELECT count(*) FROM uzmfa_revocation WHERE uuid = %s AND ends_at > {now}"},
    {Statement::drop_revocations_of, "drop_revocations_of", "DELETE FROM uzmfa_revocation WHERE uuid = %s"},
    {Statement::drop_all_revocations, "drop_all_revocations", "DELETE FROM uzmfa_revocation"},
    {Statement::purge_revocations, "purge_revocations", "DELETE FROM uzmfa_revocation WHERE ends_at <= {now}"},
    {Statement::find_changed_revocations, "find_changed_revocations",
     "SELECT session, uuid, ends_at FROM uzmfa_revocation WHERE made_at >= %s AND ends_at > {now}"},
    {Statement::hold_epoch, "hold_epoch",
     "INSERT INTO uzmfa_epoch (uuid, epoch, changed_at) VALUES (%s, 0, 0)"
     " ON CONFLICT (uuid) DO UPDATE SET epoch = uzmfa_epoch.epoch"},
    {Statement::begin_epoch, "begin_epoch",
     "INSERT INTO uzmfa_epoch (uuid, epoch, changed_at) VALUES (%s, 1, {now})"
     " ON CONFLICT (uuid) DO UPDATE SET epoch = uzmfa_epoch.epoch + 1, changed_at = excluded.changed_at"},
    {Statement::find_epoch, "find_epoch", "SELECT epoch FROM uzmfa_epoch WHERE uuid = %s"},
    {Statement::find_changed_epochs, "find_changed_epochs",
     "SELECT uuid, epoch, changed_at FROM uzmfa_epoch WHERE changed_at >= %s"},
    {Statement::find_time, "find_time", "SELECT {now}"},
    {Statement::note_session, "note_session",
     "INSERT INTO uzmfa_session (session, uuid, method, verified_at, ends_at, address, browser)"
     " VALUES (%s, %s, %s, %s, %s, %s, %s)"},
    {Statement::drop_session, "drop_session", "DELETE FROM uzmfa_session WHERE session = %s"},
    {Statement::drop_sessions_of, "drop_sessions_of", "DELETE FROM uzmfa_session WHERE uuid = %s"},
    {Statement::drop_all_sessions, "drop_all_sessions", "DELETE FROM uzmfa_session"},
    {Statement::find_sessions_of, "find_sessions_of",
     "SELECT session, method, verified_at, ends_at, address, browser FROM uzmfa_session"
     " WHERE uuid = %s AND ends_at > {now} ORDER BY verified_at DESC, session LIMIT 100"},
    {Statement::purge_sessions, "purge_sessions", "DELETE FROM uzmfa_session WHERE ends_at <= {now}"},
    {Statement::charge_sign_in, "charge_sign_in",
     "INSERT INTO uzmfa_sign_in_failure (pair, failures, began_at) VALUES (%s, 1, {now})"
     " ON CONFLICT (pair) DO UPDATE SET"
     " failures = CASE WHEN uzmfa_sign_in_failure.began_at <= excluded.began_at - %s THEN 1"
     " ELSE uzmfa_sign_in_failure.failures + 1 END,"
     " began_at = CASE WHEN uzmfa_sign_in_failure.began_at <= excluded.began_at - %s"
     " OR uzmfa_sign_in_failure.failures = 0 THEN excluded.began_at ELSE uzmfa_sign_in_failure.began_at END"
     " WHERE uzmfa_sign_in_failure.failures < %s OR uzmfa_sign_in_failure.began_at <= excluded.began_at - %s"},
    {Statement::find_sign_in_wait, "find_sign_in_wait",
     "SELECT began_at + %s - {now} FROM uzmfa_sign_in_failure WHERE pair = %s"},
    {Statement::give_back_sign_in, "give_back_sign_in",
     "UPDATE uzmfa_sign_in_failure SET failures = failures - 1 WHERE pair = %s AND failures > 0"},
    {Statement::clear_sign_in, "clear_sign_in", "DELETE FROM uzmfa_sign_in_failure WHERE pair = %s"},
    {Statement::purge_sign_ins, "purge_sign_ins",
     "DELETE FROM uzmfa_sign_in_failure WHERE began_at <= {now} - %s AND pair IN (SELECT pair FROM uzmfa_sign_in_failure"
     " WHERE began_at <= {now} - %s ORDER BY began_at LIMIT 100{unlocked})"},
    {Statement::keep_post, "keep_post",
     "INSERT INTO uzmfa_kept_post (uuid, id, address, size, kept_at, expires_at, sealed)"
     " SELECT %s, CAST(%s AS bigint), %s, CAST(%s AS bigint), {now}, {now} + CAST(%s AS bigint), %s"
     " WHERE (SELECT coalesce(sum(k.size), 0) FROM uzmfa_kept_post k) + CAST(%s AS bigint) <= CAST(%s AS bigint)"
     " AND (SELECT coalesce(sum(k.size), 0) FROM uzmfa_kept_post k WHERE k.uuid = %s AND k.id <> %s) + CAST(%s AS bigint)"
     " <= CAST(%s AS bigint)"
     " AND (SELECT count(*) FROM uzmfa_kept_post k WHERE k.uuid = %s AND k.id <> %s) < CAST(%s AS bigint)"
     " ON CONFLICT (uuid, id) DO UPDATE SET size = excluded.size, kept_at = excluded.kept_at,"
     " expires_at = excluded.expires_at, sealed = excluded.sealed WHERE uzmfa_kept_post.address = excluded.address"},
    {Statement::find_kept_post, "find_kept_post",
     "SELECT sealed, kept_at, expires_at FROM uzmfa_kept_post WHERE uuid = %s AND id = %s AND expires_at > {now}"},
    {Statement::drop_kept_post, "drop_kept_post", "DELETE FROM uzmfa_kept_post WHERE uuid = %s AND id = %s"},
    {Statement::purge_kept_posts, "purge_kept_posts", "DELETE FROM uzmfa_kept_post WHERE expires_at <= {now}"},
    {Statement::add_event, "add_event",
     "INSERT INTO uzmfa_event"
     " (at, event, username, uuid, address, browser, session, method, node, made_by, detail, notify_at)"
     " VALUES ({now}, %s, %s,"
     " coalesce(nullif(%s, ''), (SELECT max({uuid:u.uuid}) FROM {users} u WHERE u.username = %s), ''),"
     " %s, %s, %s, %s, %s, %s, %s, CASE WHEN %s IN ({notified}) THEN {now} ELSE 0 END)"},
    {Statement::find_events_before, "find_events_before",
     "SELECT id, at, event, username, uuid, address, browser, session, method, node, made_by, detail FROM uzmfa_event"
     " WHERE (%s = '' OR uuid = nullif(%s, '') OR username = nullif(%s, '')) AND at >= %s AND id < %s"
     " ORDER BY id DESC LIMIT CAST(%s AS integer)"},
    {Statement::find_events_after, "find_events_after",
     "SELECT id, at, event, username, uuid, address, browser, session, method, node, made_by, detail FROM uzmfa_event"
     " WHERE (%s = '' OR uuid = nullif(%s, '') OR username = nullif(%s, '')) AND at >= %s AND id > %s"
     " ORDER BY id LIMIT CAST(%s AS integer)"},
    {Statement::find_latest_events, "find_latest_events",
     "SELECT id, at, event, username, uuid, address, browser, session, method, node, made_by, detail FROM uzmfa_event"
     " WHERE at <= %s AND (at < %s OR id < %s) ORDER BY at DESC, id DESC LIMIT CAST(%s AS integer)"},
    {Statement::find_latest_events_of, "find_latest_events_of",
     "SELECT id, at, event, username, uuid, address, browser, session, method, node, made_by, detail FROM uzmfa_event"
     " WHERE uuid = %s AND at <= %s AND (at < %s OR id < %s) ORDER BY at DESC, id DESC LIMIT CAST(%s AS integer)"},
    {Statement::count_event, "count_event",
     "INSERT INTO uzmfa_event_count (hour, kind, node, number) VALUES ({now} / 3600, %s, %s, 1)"
     " ON CONFLICT (hour, kind, node) DO UPDATE SET number = uzmfa_event_count.number + 1"},
    {Statement::find_event_counts, "find_event_counts",
     "SELECT hour, kind, sum(number) FROM uzmfa_event_count WHERE hour >= %s GROUP BY hour, kind ORDER BY hour, kind"},
    {Statement::purge_event_counts, "purge_event_counts", "DELETE FROM uzmfa_event_count WHERE hour <= {now} / 3600 - %s"},
    {Statement::find_account_events, "find_account_events",
     "SELECT at, event, CASE WHEN made_by = '' THEN address ELSE '' END, CASE WHEN made_by = '' THEN browser ELSE '' END"
     " FROM (SELECT * FROM uzmfa_event WHERE uuid = %s AND event IN {told} AND at > {now} - 2592000"
     " ORDER BY {wrong}, id DESC LIMIT 10) chosen ORDER BY id DESC"},
    {Statement::find_unseen_events, "find_unseen_events",
     "SELECT at, event, CASE WHEN made_by = '' THEN address ELSE '' END, CASE WHEN made_by = '' THEN browser ELSE '' END"
     " FROM (SELECT * FROM uzmfa_event WHERE uuid = %s AND event IN {told} AND at > {now} - 2592000 AND session <> %s AND id >"
     " (SELECT coalesce(max(s.id), 0) FROM uzmfa_event s WHERE s.uuid = %s AND s.event IN ('code_accepted', 'browser_known'))"
     " ORDER BY {wrong}, id DESC LIMIT 10) chosen ORDER BY id DESC"},
    {Statement::find_due_notifications, "find_due_notifications",
     "SELECT id, at, event, username, uuid, address, browser, session, method, node, made_by, detail FROM"
     " (SELECT e.*, row_number() OVER (PARTITION BY e.uuid ORDER BY e.notify_at, e.id) AS turn FROM uzmfa_event e"
     " WHERE e.notify_at > 0 AND e.notify_at <= {now} AND e.at > {now} - 86400) due ORDER BY turn, notify_at, id LIMIT 8"},
    {Statement::claim_notification, "claim_notification",
     "UPDATE uzmfa_event SET notify_at = 2 * {now} - at + 60 WHERE id = %s AND notify_at > 0 AND notify_at <= {now}"},
    {Statement::settle_notification, "settle_notification", "UPDATE uzmfa_event SET notify_at = 0 WHERE id = %s"},
    {Statement::purge_events, "purge_events", "DELETE FROM uzmfa_event WHERE at <= {now} - %s"},
};
static_assert(std::size(rows) == statement_count);

// Of the events that their user is told of, those that UzmfaNotify tells of at once.
constexpr std::string_view notified_events =
    "'recovery_used', 'temporary_used', 'temporary_code_made', 'skip_set', 'skip_used', 'reset', 'enrolled', "
    "'recovery_codes_made'";
constexpr std::string_view told_events = "('wrong_code', 'code_used', 'wrong_recovery_code', {notified})";

// Somebody who knows the password can make many of them: they push no other out of a list.
constexpr std::string_view wrong_codes_last = "CASE WHEN event IN ('wrong_code', 'code_used', 'wrong_recovery_code') THEN 1 ELSE 0 END";

// Replaces every `{name:X}` by `before X after`, and `{name}` by `before`.
void expand(std::string& sql, std::string_view name, std::string_view before, std::string_view after = {}) {
    const std::string opening = "{" + std::string{name};
    for (std::size_t at = 0; (at = sql.find(opening, at)) != sql.npos;) {
        const auto end = sql.find('}', at);
        const auto colon = at + opening.size();
        const auto argument = sql[colon] == ':' ? sql.substr(colon + 1, end - colon - 1) : std::string{};
        const auto text = std::string{before} + argument + std::string{after};
        sql.replace(at, end - at + 1, text);
        at += text.size();
    }
}

// How many parameters apr_dbd_prepare finds; nothing where one is not a plain %s.
std::optional<std::size_t> parameters_in(std::string_view sql) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = sql.find('%', at)) != sql.npos; at += 2) {
        const auto kind = sql.substr(at + 1, 1);
        if (kind != "s" && kind != "%") return std::nullopt;
        if (kind == "s") ++count;
    }
    return count;
}

const Row* row_named(std::string_view name) {
    for (const auto& row : rows) {
        if (row.name == name) return &row;
    }
    return nullptr;
}

std::string_view now_of(Driver driver) {
    return driver == Driver::pgsql ? "CAST(extract(epoch FROM clock_timestamp()) AS bigint)"
                                   : "CAST(strftime('%%s', 'now') AS integer)";
}

}  // namespace

std::optional<Driver> driver_named(std::string_view name) {
    if (name == "pgsql") return Driver::pgsql;
    if (name == "sqlite3") return Driver::sqlite3;
    return std::nullopt;
}

Statements::Statements(Driver driver, std::string_view users_table, bool has_passwords) : driver_{driver} {
    for (const auto& row : rows) {
        std::string sql{row.sql};
        expand(sql, "users", users_table);
        expand(sql, "now", now_of(driver));
        expand(sql, "password", has_passwords ? "u.password" : "''");
        // Two that delete the same rows in another order would wait for each other.
        expand(sql, "unlocked", driver == Driver::pgsql ? " FOR UPDATE SKIP LOCKED" : "");
        expand(sql, "greatest", driver == Driver::pgsql ? "greatest" : "max");
        expand(sql, "told", told_events);
        expand(sql, "notified", notified_events);
        expand(sql, "wrong", wrong_codes_last);
        expand(sql, "pending", std::to_string(pending_lifetime.count()));
        expand(sql, "true", "(coalesce(CAST(", " AS varchar(5)), '') IN ('true', 't', '1'))");
        expand(sql, "uuid", "lower(CAST(", " AS varchar(36)))");
        sql_[static_cast<std::size_t>(row.statement)] = std::move(sql);
    }
}

bool Statements::replace(std::string_view name, std::string_view sql) {
    if (!complaint_about(name, sql).empty()) return false;
    sql_[static_cast<std::size_t>(row_named(name)->statement)] = sql;
    return true;
}

bool is_table_name(std::string_view name) {
    const auto is_word = [](std::string_view word) {
        return !word.empty() && !is_digit(word.front()) &&
               std::all_of(word.begin(), word.end(), [](char c) { return is_alphanumeric(c) || c == '_'; });
    };
    const auto dot = name.find('.');
    if (name.size() > 128) return false;
    return dot == name.npos ? is_word(name) : is_word(name.substr(0, dot)) && is_word(name.substr(dot + 1));
}

std::string complaint_about(std::string_view name, std::string_view sql) {
    const Row* const row = row_named(name);
    if (!row) return "there is no statement '" + std::string{name} + "'";
    const auto wanted = *parameters_in(row->sql);
    if (parameters_in(sql) == wanted) return {};
    return std::string{name} + " must hold %s for each of its parameters, of which there are " + std::to_string(wanted) +
           ", and %% for a percent sign";
}

std::string_view name_of(Statement statement) {
    for (const auto& row : rows) {
        if (row.statement == statement) return row.name;
    }
    return {};
}

}  // namespace uzmfa
