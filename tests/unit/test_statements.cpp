// SPDX-License-Identifier: Apache-2.0
#include "scratch_database.hpp"

#include <algorithm>
#include <set>

namespace uzmfa::test {
namespace {

std::vector<Statement> all_statements() {
    std::vector<Statement> all;
    for (std::size_t i = 0; i < statement_count; ++i) all.push_back(static_cast<Statement>(i));
    return all;
}

TEST(every_statement_has_a_name_of_its_own) {
    std::set<std::string_view> names;
    for (const auto statement : all_statements()) {
        CHECK(!name_of(statement).empty());
        CHECK(names.insert(name_of(statement)).second);
    }
}

TEST(no_token_is_left_in_any_statement) {
    for (const auto driver : {Driver::pgsql, Driver::sqlite3}) {
        const Statements statements{driver, "erp.people"};
        for (const auto statement : all_statements()) {
            const Case at{name_of(statement)};
            CHECK_LACKS(statements.sql(statement), "{");
            CHECK_LACKS(statements.sql(statement), "}");
            CHECK_LACKS(statements.sql(statement), " users");
        }
    }
}

TEST(the_users_table_has_the_name_that_was_given) {
    const Statements statements{Driver::pgsql, "erp.people"};
    for (const auto statement : {Statement::find_account, Statement::find_password, Statement::give_uuid,
                                 Statement::consume_skip, Statement::enroll_account}) {
        const Case at{name_of(statement)};
        CHECK_CONTAINS(statements.sql(statement), " erp.people ");
    }
}

TEST(each_driver_asks_its_own_clock) {
    CHECK_CONTAINS((Statements{Driver::pgsql, "users"}.sql(Statement::purge_revocations)), "clock_timestamp()");
    // apr_dbd_prepare reads %% as one percent sign.
    CHECK_CONTAINS((Statements{Driver::sqlite3, "users"}.sql(Statement::purge_revocations)), "strftime('%%s', 'now')");
}

TEST(only_PostgreSQL_is_told_to_leave_out_locked_rows) {
    CHECK_CONTAINS((Statements{Driver::pgsql, "users"}.sql(Statement::purge_sign_ins)), "SKIP LOCKED");
    CHECK_LACKS((Statements{Driver::sqlite3, "users"}.sql(Statement::purge_sign_ins)), "LOCKED");
}

TEST(R90_every_statement_can_be_prepared_with_the_tables_of_the_schema) {
    ScratchDatabase scratch;
    const ScratchPool pool;
    OwnConnection source{pool, "sqlite3", scratch.file};
    const auto open = VALUE(source.acquire());
    for (const auto statement : all_statements()) {
        const Case at{name_of(statement)};
        apr_dbd_prepared_t* prepared = nullptr;
        const auto& sql = scratch.statements.sql(statement);
        CHECK_EQUAL(apr_dbd_prepare(open.driver, open.pool, open.handle, sql.c_str(), nullptr, &prepared), 0);
    }
}

TEST(drivers_are_named_as_mod_dbd_names_them) {
    CHECK(driver_named("pgsql") == Driver::pgsql);
    CHECK(driver_named("sqlite3") == Driver::sqlite3);
    for (const std::string_view name : {"", "sqlite2", "mysql", "PGSQL", "pgsql "}) CHECK(!driver_named(name));
}

TEST(a_table_name_is_a_plain_SQL_name_with_a_schema_at_most) {
    for (const std::string_view name : {"users", "public.users", "_u1", "Users_2"}) {
        const Case at{name};
        CHECK(is_table_name(name));
    }
    CHECK(is_table_name(std::string(128, 'u')));
    CHECK(!is_table_name(std::string(129, 'u')));
    for (const std::string_view name : {"", "1users", ".users", "users.", "a.b.c", "us ers", "users;", "users--", "\"users\"",
                                        "users u", "users)", "%s", "{now}", "us\xc3\xa9rs", "public..users"}) {
        const Case at{name};
        CHECK(!is_table_name(name));
    }
}

// --- UzmfaStatement ---

TEST(a_replaced_statement_is_the_one_that_is_sent) {
    ScratchDatabase scratch;
    scratch.run("CREATE TABLE people (login varchar(40), on_leave boolean);"
                "INSERT INTO people VALUES ('alice', 0), ('bob', 1)");
    CHECK(scratch.statements.replace("find_account",
                                     "SELECT login, NULL, NULL, 0, 0, NOT on_leave, 0 FROM people WHERE login = %s"));
    const auto alice = VALUE(scratch.database().rows(Statement::find_account, {"alice"}));
    CHECK(alice.front().truth(5));
    const auto bob = VALUE(scratch.database().rows(Statement::find_account, {"bob"}));
    CHECK(!bob.front().truth(5));
}

TEST(a_replacement_changes_no_other_statement) {
    Statements statements{Driver::sqlite3, "users"};
    const Statements before = statements;
    CHECK(statements.replace("purge_pending", "DELETE FROM elsewhere"));
    for (const auto statement : all_statements()) {
        const Case at{name_of(statement)};
        CHECK_EQUAL(statements.sql(statement) == before.sql(statement), statement != Statement::purge_pending);
    }
}

TEST(an_unknown_name_replaces_nothing_and_is_named) {
    Statements statements{Driver::sqlite3, "users"};
    const Statements before = statements;
    for (const std::string name : {"", "nosuch", "Find_Account", "users"}) {
        CHECK(!statements.replace(name, "SELECT %s"));
        CHECK_CONTAINS(complaint_about(name, "SELECT %s"), "'" + name + "'");
    }
    for (const auto statement : all_statements()) CHECK_EQUAL(statements.sql(statement), before.sql(statement));
}

// apr_dbd gives a driver no count: with one parameter more it would read behind the last one.
TEST(a_replacement_takes_exactly_the_parameters_of_the_statement) {
    Statements statements{Driver::sqlite3, "users"};
    const auto before = statements.sql(Statement::find_account);
    for (const std::string_view sql : {"SELECT 1", "SELECT %s, %s", "SELECT %%s", "SELECT %d", "SELECT %s, %pDt", "SELECT %s %",
                                       "SELECT %5s"}) {
        const Case at{sql};
        CHECK(!statements.replace("find_account", sql));
        CHECK_EQUAL(statements.sql(Statement::find_account), before);
        CHECK_CONTAINS(complaint_about("find_account", sql), "of which there are 1");
    }
    CHECK(statements.replace("find_account", "SELECT '100%%' || %s"));
}

}  // namespace
}  // namespace uzmfa::test
