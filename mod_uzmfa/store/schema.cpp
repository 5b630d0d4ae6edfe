// SPDX-License-Identifier: Apache-2.0
#include "store/schema.hpp"

#include "store/catalog.hpp"

#include <span>

namespace uzmfa {
namespace {

constexpr std::string_view own_tables = R"(-- The tables of mod_uzmfa. Rows are keyed by the user's uuid, never by the name.
-- Times are Unix time in seconds.

-- The factors of the users: the secret, sealed under the session key file, and the last time step spent.
-- Where Twilio keeps the secret, the service that has it stands here instead, and the step is 0.
CREATE TABLE IF NOT EXISTS uzmfa_totp_factor (
  sid        varchar(34)  NOT NULL PRIMARY KEY,
  uuid       varchar(36)  NOT NULL,
  username   varchar(255) NOT NULL,
  secret     varchar(255) NOT NULL,
  algorithm  varchar(6)   NOT NULL,
  digits     integer      NOT NULL,
  last_step  bigint       NOT NULL,
  bound_at   bigint       NOT NULL,
  bound_from varchar(64)  NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_totp_factor_uuid ON uzmfa_totp_factor (uuid);

-- Codes that Twilio has approved, as keyed digests, until they are too old to be approved again.
CREATE TABLE IF NOT EXISTS uzmfa_used_code (
  uuid    varchar(36) NOT NULL,
  digest  varchar(64) NOT NULL,
  used_at bigint      NOT NULL,
  PRIMARY KEY (uuid, digest)
);

-- Secrets shown on an enrollment page and not yet confirmed; a session has one at most.
CREATE TABLE IF NOT EXISTS uzmfa_enrollment (
  session    varchar(32)  NOT NULL PRIMARY KEY,
  uuid       varchar(36)  NOT NULL,
  username   varchar(255) NOT NULL,
  sid        varchar(34)  NOT NULL,
  secret     varchar(2000) NOT NULL,
  algorithm  varchar(6)   NOT NULL,
  digits     integer      NOT NULL,
  tries      integer      NOT NULL,
  created_at bigint       NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_enrollment_created_at ON uzmfa_enrollment (created_at);

-- What the provider takes only so often, by the name of what is counted. The first table's row is locked while the
-- second is counted, and one of another name while a user's recovery codes are replaced.
CREATE TABLE IF NOT EXISTS uzmfa_quota (
  name varchar(64) NOT NULL PRIMARY KEY,
  uuid varchar(36) NOT NULL
);
CREATE TABLE IF NOT EXISTS uzmfa_quota_use (
  name    varchar(64) NOT NULL,
  number  bigint      NOT NULL,
  used_at bigint      NOT NULL,
  PRIMARY KEY (name, number)
);

-- What is still to be deleted at the provider: a factor, or with an empty sid all that it has of the user.
CREATE TABLE IF NOT EXISTS uzmfa_owed_deletion (
  uuid          varchar(36) NOT NULL,
  sid           varchar(34) NOT NULL,
  owed_at       bigint      NOT NULL,
  due_at        bigint      NOT NULL,
  claimed_until bigint      NOT NULL,
  tries         integer     NOT NULL,
  PRIMARY KEY (uuid, sid)
);

-- Wrong codes in a row, each counted before it is looked at; kind is code or recovery. Until open_at no further one is
-- looked at. A count that begins anew has another era.
CREATE TABLE IF NOT EXISTS uzmfa_attempt (
  uuid     varchar(36) NOT NULL,
  kind     varchar(8)  NOT NULL,
  failures integer     NOT NULL,
  open_at  bigint      NOT NULL,
  era      varchar(36) NOT NULL,
  PRIMARY KEY (uuid, kind)
);

-- Failed sign-ins of an account from an address, the pair as a keyed digest, in the window that began at began_at.
CREATE TABLE IF NOT EXISTS uzmfa_sign_in_failure (
  pair     varchar(64) NOT NULL PRIMARY KEY,
  failures integer     NOT NULL,
  began_at bigint      NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_sign_in_failure_began_at ON uzmfa_sign_in_failure (began_at);

-- Recovery codes that are left, as salted digests.
CREATE TABLE IF NOT EXISTS uzmfa_recovery_code (
  uuid   varchar(36) NOT NULL,
  digest varchar(64) NOT NULL,
  salt   varchar(32) NOT NULL,
  PRIMARY KEY (uuid, digest)
);

-- The help desk's temporary code of a user, as a salted digest.
CREATE TABLE IF NOT EXISTS uzmfa_temporary_code (
  uuid       varchar(36)  NOT NULL PRIMARY KEY,
  digest     varchar(64)  NOT NULL,
  salt       varchar(32)  NOT NULL,
  expires_at bigint       NOT NULL,
  made_by    varchar(255) NOT NULL
);

-- When a skip ends that was set by the module's page or tool; one that the application set has no row and no end.
CREATE TABLE IF NOT EXISTS uzmfa_skip (
  uuid       varchar(36)  NOT NULL PRIMARY KEY,
  expires_at bigint       NOT NULL,
  set_by     varchar(255) NOT NULL
);

-- Sessions ended before their time; a row may go when the session would have ended anyway.
CREATE TABLE IF NOT EXISTS uzmfa_revocation (
  session varchar(32) NOT NULL PRIMARY KEY,
  uuid    varchar(36) NOT NULL,
  ends_at bigint      NOT NULL,
  made_at bigint      NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_revocation_ends_at ON uzmfa_revocation (ends_at);
CREATE INDEX IF NOT EXISTS uzmfa_revocation_made_at ON uzmfa_revocation (made_at);
CREATE INDEX IF NOT EXISTS uzmfa_revocation_uuid ON uzmfa_revocation (uuid);

-- A session made in an earlier epoch than its user's is over; the empty uuid is everybody's.
CREATE TABLE IF NOT EXISTS uzmfa_epoch (
  uuid       varchar(36) NOT NULL PRIMARY KEY,
  epoch      bigint      NOT NULL,
  changed_at bigint      NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_epoch_changed_at ON uzmfa_epoch (changed_at);

-- Verified sessions, for their users to see and to end.
CREATE TABLE IF NOT EXISTS uzmfa_session (
  session     varchar(32)  NOT NULL PRIMARY KEY,
  uuid        varchar(36)  NOT NULL,
  method      varchar(16)  NOT NULL,
  verified_at bigint       NOT NULL,
  ends_at     bigint       NOT NULL,
  address     varchar(64)  NOT NULL,
  browser     varchar(255) NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_session_uuid ON uzmfa_session (uuid);
CREATE INDEX IF NOT EXISTS uzmfa_session_ends_at ON uzmfa_session (ends_at);

-- Browsers in which a user is not asked for a code again for a while, by a digest of what their cookie holds.
CREATE TABLE IF NOT EXISTS uzmfa_browser (
  digest      varchar(64)  NOT NULL PRIMARY KEY,
  uuid        varchar(36)  NOT NULL,
  verified_at bigint       NOT NULL,
  expires_at  bigint       NOT NULL,
  address     varchar(64)  NOT NULL,
  browser     varchar(255) NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_browser_uuid ON uzmfa_browser (uuid);
CREATE INDEX IF NOT EXISTS uzmfa_browser_expires_at ON uzmfa_browser (expires_at);

-- Forms that met an ended session, sealed, until their user sends them. `address` is a keyed digest of where they go.
CREATE TABLE IF NOT EXISTS uzmfa_kept_post (
  uuid       varchar(36) NOT NULL,
  id         bigint      NOT NULL,
  address    varchar(64) NOT NULL,
  size       bigint      NOT NULL,
  kept_at    bigint      NOT NULL,
  expires_at bigint      NOT NULL,
  sealed     text        NOT NULL,
  PRIMARY KEY (uuid, id)
);
CREATE INDEX IF NOT EXISTS uzmfa_kept_post_expires_at ON uzmfa_kept_post (expires_at);

-- What happened to whom. uuid is empty where the name has no row; session is a digest of its id; made_by is the
-- administrator, empty where it is the user; notify_at is when UzmfaNotify is to tell of it, 0 where there is nothing to tell.
CREATE TABLE IF NOT EXISTS uzmfa_event (
  id       {identity},
  at       bigint       NOT NULL,
  event    varchar(32)  NOT NULL,
  username varchar(255) NOT NULL,
  uuid     varchar(36)  NOT NULL,
  address  varchar(64)  NOT NULL,
  browser  varchar(255) NOT NULL,
  session  varchar(16)  NOT NULL,
  method   varchar(16)  NOT NULL,
  node     varchar(64)  NOT NULL,
  made_by  varchar(255) NOT NULL,
  detail   varchar(255) NOT NULL,
  notify_at bigint      NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS uzmfa_event_notify_at ON uzmfa_event (notify_at) WHERE notify_at > 0;
CREATE INDEX IF NOT EXISTS uzmfa_event_uuid ON uzmfa_event (uuid, at);
CREATE INDEX IF NOT EXISTS uzmfa_event_at ON uzmfa_event (at);

-- How many of them in an hour (since 1970) on a node: kind is sign_in, verification or failure.
CREATE TABLE IF NOT EXISTS uzmfa_event_count (
  hour   bigint      NOT NULL,
  kind   varchar(16) NOT NULL,
  node   varchar(64) NOT NULL,
  number bigint      NOT NULL,
  PRIMARY KEY (hour, kind, node)
);
)";

// {uuid}, {timestamp} and {identity} are types that the databases spell each in their own way.
constexpr std::string_view users_tables = R"(
-- The users table and its companies as uzERP has them.
CREATE TABLE IF NOT EXISTS users (
  username         varchar(255) NOT NULL PRIMARY KEY,
  password         varchar(255),
  lastcompanylogin bigint,
  person_id        bigint,
  last_login       {timestamp},
  audit_enabled    boolean DEFAULT FALSE,
  debug_enabled    boolean DEFAULT FALSE,
  access_enabled   boolean DEFAULT TRUE,
  email            varchar(255),
  mfa_enrolled     boolean DEFAULT FALSE,
  uuid             {uuid},
  mfa_sid          varchar(255),
  mfa_enabled      boolean DEFAULT FALSE
);
CREATE TABLE IF NOT EXISTS system_companies (
  id      bigint  NOT NULL PRIMARY KEY,
  enabled boolean NOT NULL DEFAULT TRUE
);
CREATE TABLE IF NOT EXISTS user_company_access (
  username      varchar(255) NOT NULL,
  usercompanyid bigint       NOT NULL,
  enabled       boolean      NOT NULL DEFAULT TRUE,
  PRIMARY KEY (username, usercompanyid)
);
INSERT INTO system_companies (id, enabled) SELECT 1, TRUE WHERE NOT EXISTS (SELECT 1 FROM system_companies);
)";

struct Expected {
    std::string_view table;  // empty: the users table
    std::initializer_list<std::string_view> columns;
};

const Expected always[] = {
    {"", {"username", "uuid", "mfa_sid", "mfa_enrolled", "mfa_enabled", "access_enabled"}},
    {"uzmfa_totp_factor",
     {"sid", "uuid", "username", "secret", "algorithm", "digits", "last_step", "bound_at", "bound_from"}},
    {"uzmfa_enrollment",
     {"session", "uuid", "username", "sid", "secret", "algorithm", "digits", "tries", "created_at"}},
    {"uzmfa_used_code", {"uuid", "digest", "used_at"}},
    {"uzmfa_quota", {"name", "uuid"}},
    {"uzmfa_quota_use", {"name", "number", "used_at"}},
    {"uzmfa_owed_deletion", {"uuid", "sid", "owed_at", "due_at", "claimed_until", "tries"}},
    {"uzmfa_attempt", {"uuid", "kind", "failures", "open_at", "era"}},
    {"uzmfa_sign_in_failure", {"pair", "failures", "began_at"}},
    {"uzmfa_recovery_code", {"uuid", "digest", "salt"}},
    {"uzmfa_temporary_code", {"uuid", "digest", "salt", "expires_at", "made_by"}},
    {"uzmfa_skip", {"uuid", "expires_at", "set_by"}},
    {"uzmfa_revocation", {"session", "uuid", "ends_at", "made_at"}},
    {"uzmfa_epoch", {"uuid", "epoch", "changed_at"}},
    {"uzmfa_session", {"session", "uuid", "method", "verified_at", "ends_at", "address", "browser"}},
    {"uzmfa_browser", {"digest", "uuid", "verified_at", "expires_at", "address", "browser"}},
    {"uzmfa_kept_post", {"uuid", "id", "address", "size", "kept_at", "expires_at", "sealed"}},
    {"uzmfa_event",
     {"id", "at", "event", "username", "uuid", "address", "browser", "session", "method", "node", "made_by", "detail",
      "notify_at"}},
    {"uzmfa_event_count", {"hour", "kind", "node", "number"}},
};
const Expected for_uzerp_passwords[] = {
    {"", {"password"}},
    {"user_company_access", {"username", "usercompanyid", "enabled"}},
    {"system_companies", {"id", "enabled"}},
};

std::string replaced(std::string_view text, std::string_view token, std::string_view value) {
    std::string out{text};
    for (std::size_t at; (at = out.find(token)) != out.npos;) out.replace(at, token.size(), value);
    return out;
}

Result<std::string> missing_of(Database& database, std::string_view users_table, std::span<const Expected> expected) {
    for (const auto& [name, columns] : expected) {
        const std::string table{name.empty() ? users_table : name};
        auto there = has_table(database, table);
        if (!there) return there.error();
        if (!*there) return "table " + table;
        for (const auto column : columns) {
            there = may_read_column(database, table, column);
            if (!there) return there.error();
            if (!*there) return "column " + table + "." + std::string{column};
        }
    }
    return std::string{};
}

}  // namespace

std::string schema(Driver driver, bool with_users) {
    const bool pgsql = driver == Driver::pgsql;
    auto sql = replaced(own_tables, "{identity}",
                        pgsql ? "bigint       GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY" : "integer      PRIMARY KEY");
    if (with_users) {
        sql += replaced(replaced(users_tables, "{timestamp}", pgsql ? "timestamp" : "text"), "{uuid}",
                        pgsql ? "uuid" : "varchar(36)");
    }
    return sql;
}

std::vector<std::string_view> own_table_names() {
    std::vector<std::string_view> names;
    for (const auto& row : always) {
        if (!row.table.empty()) names.push_back(row.table);
    }
    return names;
}

Result<std::string> missing_from(Database& database, const Expectation& expectation) {
    auto missing = missing_of(database, expectation.users_table, always);
    if (missing && missing->empty() && expectation.uzerp_passwords) {
        missing = missing_of(database, expectation.users_table, for_uzerp_passwords);
    }
    return missing;
}

}  // namespace uzmfa
