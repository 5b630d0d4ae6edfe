// SPDX-License-Identifier: Apache-2.0
#include "store/schema.hpp"

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
-- second is counted.
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

-- Sessions ended before their time; a row may go when the session would have ended anyway.
CREATE TABLE IF NOT EXISTS uzmfa_revocation (
  session varchar(32) NOT NULL PRIMARY KEY,
  ends_at bigint      NOT NULL
);
CREATE INDEX IF NOT EXISTS uzmfa_revocation_ends_at ON uzmfa_revocation (ends_at);
)";

// {uuid} and {timestamp} are types SQLite does not have.
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
    {"uzmfa_revocation", {"session", "ends_at"}},
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

// Counts the columns of a table, of that name where one is given. Asks the catalog and not the table: a table
// that somebody has locked is not missing.
std::string column_count(Driver driver, std::string_view table, std::string_view column) {
    std::string sql;
    if (driver == Driver::pgsql) {
        sql = "SELECT count(*) FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('" + std::string{table} +
              "') AND attnum > 0 AND NOT attisdropped";
        if (!column.empty()) sql += " AND attname = '" + std::string{column} + "' AND has_column_privilege(attrelid, attnum, 'SELECT')";
        return sql;
    }
    const auto dot = table.find('.');
    sql = "SELECT count(*) FROM pragma_table_info('" + std::string{dot == table.npos ? table : table.substr(dot + 1)} + "'";
    if (dot != table.npos) sql += ", '" + std::string{table.substr(0, dot)} + "'";
    sql += ")";
    if (!column.empty()) sql += " WHERE lower(name) = '" + std::string{column} + "'";
    return sql;
}

Result<std::string> missing_of(Database& database, std::string_view users_table, std::span<const Expected> expected) {
    for (const auto& [name, columns] : expected) {
        const std::string table{name.empty() ? users_table : name};
        auto there = database.count(column_count(database.driver(), table, {}));
        if (!there) return there.error();
        if (*there == 0) return "table " + table;
        for (const auto column : columns) {
            there = database.count(column_count(database.driver(), table, column));
            if (!there) return there.error();
            if (*there == 0) return "column " + table + "." + std::string{column};
        }
    }
    return std::string{};
}

}  // namespace

std::string schema(Driver driver, bool with_users) {
    std::string sql{own_tables};
    if (with_users) {
        const bool pgsql = driver == Driver::pgsql;
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
