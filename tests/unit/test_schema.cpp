// SPDX-License-Identifier: Apache-2.0
#include "scratch_database.hpp"
#include "store/schema_upgrade.hpp"

#include <algorithm>

namespace uzmfa::test {
namespace {

struct Part {
    std::string_view table;
    std::vector<std::string_view> columns;
};

const std::vector<Part> own_parts{
    {"users", {"username", "uuid", "mfa_sid", "mfa_enrolled", "mfa_enabled", "access_enabled"}},
    {"uzmfa_totp_factor", {"sid", "uuid", "username", "secret", "algorithm", "digits", "last_step", "bound_at", "bound_from"}},
    {"uzmfa_enrollment", {"session", "uuid", "username", "sid", "secret", "algorithm", "digits", "tries", "created_at"}},
    {"uzmfa_attempt", {"uuid", "kind", "failures", "open_at", "era"}},
    {"uzmfa_sign_in_failure", {"pair", "failures", "began_at"}},
    {"uzmfa_recovery_code", {"uuid", "digest", "salt"}},
    {"uzmfa_temporary_code", {"uuid", "digest", "salt", "expires_at", "made_by"}},
    {"uzmfa_skip", {"uuid", "expires_at", "set_by"}},
    {"uzmfa_revocation", {"session", "uuid", "ends_at", "made_at"}},
    {"uzmfa_epoch", {"uuid", "epoch", "changed_at"}},
    {"uzmfa_session", {"session", "uuid", "method", "verified_at", "ends_at", "address", "browser"}},
    {"uzmfa_browser", {"digest", "uuid", "verified_at", "expires_at", "address", "browser"}},
    {"uzmfa_event",
     {"id", "at", "event", "username", "uuid", "address", "browser", "session", "method", "node", "made_by", "detail", "notify_at"}},
    {"uzmfa_event_count", {"hour", "kind", "node", "number"}},
};
const std::vector<Part> password_parts{
    {"users", {"password"}},
    {"user_company_access", {"username", "usercompanyid", "enabled"}},
    {"system_companies", {"id", "enabled"}},
};

// As at a start, with a new connection.
std::string missing(ScratchDatabase& scratch, bool uzerp_passwords, std::string_view users_table = "users") {
    Client client{scratch.file, scratch.statements};
    return VALUE(missing_from(client.database, {users_table, uzerp_passwords}));
}

std::string upgrade_of(ScratchDatabase& scratch) {
    Client client{scratch.file, scratch.statements};
    return VALUE(schema_upgrade(client.database));
}

void check_each_part_is_missed(const std::vector<Part>& parts, bool uzerp_passwords) {
    ScratchDatabase scratch;
    for (const auto& [name, columns] : parts) {
        const std::string table{name};
        const Case at{table};
        scratch.run("ALTER TABLE " + table + " RENAME TO gone");
        CHECK_EQUAL(missing(scratch, uzerp_passwords), "table " + table);
        scratch.run("ALTER TABLE gone RENAME TO " + table);
        for (const auto column : columns) {
            const Case where{column};
            const auto rename = [&](std::string_view from, std::string_view to) {
                scratch.run("ALTER TABLE " + table + " RENAME COLUMN " + std::string{from} + " TO " + std::string{to});
            };
            rename(column, "gone");
            CHECK_EQUAL(missing(scratch, uzerp_passwords), "column " + table + "." + std::string{column});
            rename("gone", column);
        }
    }
    CHECK_EQUAL(missing(scratch, uzerp_passwords), "");
}

TEST(R90_with_all_tables_nothing_is_missing) {
    ScratchDatabase scratch;
    CHECK_EQUAL(missing(scratch, true), "");
    CHECK_EQUAL(missing(scratch, false), "");
}

TEST(R90_every_missing_table_and_column_is_named) { check_each_part_is_missed(own_parts, false); }

TEST(R90_every_missing_part_of_the_uzerp_sign_in_is_named) { check_each_part_is_missed(password_parts, true); }

TEST(the_parts_of_the_uzerp_sign_in_are_asked_for_only_where_it_is_in_use) {
    for (const auto& [table, columns] : password_parts) {
        ScratchDatabase scratch;
        if (table == "users") {
            scratch.run("ALTER TABLE users DROP COLUMN password");
        } else {
            scratch.run("DROP TABLE " + std::string{table});
        }
        CHECK_EQUAL(missing(scratch, false), "");
        CHECK(!missing(scratch, true).empty());
    }
}

TEST(the_users_table_is_looked_for_under_its_name) {
    ScratchDatabase scratch;
    scratch.run("ALTER TABLE users RENAME TO people");
    CHECK_EQUAL(missing(scratch, false, "people"), "");
    CHECK_EQUAL(missing(scratch, false, "users"), "table users");
    CHECK_EQUAL(missing(scratch, false, "main.people"), "");
    CHECK_EQUAL(missing(scratch, false, "main.users"), "table main.users");
    CHECK_EQUAL(missing(scratch, false, "temp.people"), "table temp.people");
}

TEST(a_column_of_another_table_does_not_stand_in) {
    ScratchDatabase scratch;
    scratch.run("ALTER TABLE uzmfa_enrollment RENAME COLUMN tries TO username2");
    CHECK_EQUAL(missing(scratch, false), "column uzmfa_enrollment.tries");
}

TEST(R84_without_a_database_nothing_is_said_to_be_missing) {
    const ScratchPool pool;
    OwnConnection nowhere{pool, "sqlite3", "/nowhere/users.db"};
    const Statements statements{Driver::sqlite3, "users"};
    Database database{nowhere, statements};
    CHECK(ERROR_OF(missing_from(database, {"users", true})).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(schema_upgrade(database)).kind == ErrorKind::unavailable);
}

TEST(a_table_that_is_not_there_at_all_is_made_with_all_its_columns) {
    ScratchDatabase scratch;
    scratch.run("DROP TABLE uzmfa_enrollment; DROP TABLE uzmfa_attempt");
    const auto sql = upgrade_of(scratch);
    CHECK_LACKS(sql, "ALTER TABLE");
    scratch.run(sql);
    CHECK_EQUAL(missing(scratch, true), "");
}

TEST(the_schema_may_be_run_again_and_keeps_what_is_there) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    scratch.run("UPDATE system_companies SET enabled = FALSE");
    scratch.run(schema(Driver::sqlite3, true));
    CHECK_EQUAL(scratch.row("SELECT count(*) FROM users"), "1");
    CHECK_EQUAL(scratch.row("SELECT count(*), max(enabled) FROM system_companies"), "1|0");
}

TEST(R90_an_upgrade_adds_what_is_missing_and_nothing_else) {
    ScratchDatabase scratch;
    CHECK_EQUAL(upgrade_of(scratch), "");
    scratch.run("ALTER TABLE uzmfa_attempt DROP COLUMN era; DROP TABLE uzmfa_skip; DROP INDEX uzmfa_event_at");
    const auto sql = upgrade_of(scratch);
    for (const auto part : {"ALTER TABLE uzmfa_attempt ADD COLUMN era ", "CREATE TABLE IF NOT EXISTS uzmfa_skip (",
                            "CREATE INDEX IF NOT EXISTS uzmfa_event_at "}) {
        CHECK_CONTAINS(sql, part);
    }
    CHECK_EQUAL(std::count(sql.begin(), sql.end(), ';'), 5);  // with BEGIN and COMMIT
    scratch.run(sql);
    CHECK_EQUAL(upgrade_of(scratch), "");
    CHECK_EQUAL(missing(scratch, true), "");
}

TEST(the_applications_tables_are_made_only_where_they_are_asked_for) {
    for (const auto driver : {Driver::pgsql, Driver::sqlite3}) {
        CHECK_LACKS(schema(driver, false), "TABLE IF NOT EXISTS users");
        CHECK_CONTAINS(schema(driver, true), "TABLE IF NOT EXISTS users");
        CHECK_CONTAINS(schema(driver, true), schema(driver, false));
    }
}

TEST(a_user_that_is_made_without_more_is_enabled_and_not_enrolled) {
    ScratchDatabase scratch;
    scratch.run("INSERT INTO users (username) VALUES ('alice')");
    CHECK_EQUAL(scratch.row("SELECT access_enabled, mfa_enrolled, mfa_enabled, uuid, mfa_sid FROM users"), "1|0|0|NULL|NULL");
}

TEST(each_driver_gets_types_that_it_has) {
    CHECK_CONTAINS(schema(Driver::pgsql, true), "uuid             uuid,");
    CHECK_CONTAINS(schema(Driver::pgsql, true), "last_login       timestamp,");
    CHECK_CONTAINS(schema(Driver::sqlite3, true), "uuid             varchar(36),");
    CHECK_LACKS(schema(Driver::sqlite3, true), "timestamp");
    for (const auto driver : {Driver::pgsql, Driver::sqlite3}) CHECK_LACKS(schema(driver, true), "{");
}

}  // namespace
}  // namespace uzmfa::test
