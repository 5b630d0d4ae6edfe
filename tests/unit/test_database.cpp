// SPDX-License-Identifier: Apache-2.0
#include "scratch_database.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

namespace uzmfa::test {
namespace {

// Counts what a Database does with its connection.
class CountingSource final : public ConnectionSource {
public:
    int acquired = 0;
    int released = 0;
    bool broken = false;

    explicit CountingSource(const std::string& file) : inner_{pool_, "sqlite3", file} {}

    Result<Connection> acquire() override {
        ++acquired;
        if (broken) return Error{ErrorKind::unavailable, "broken"};
        return inner_.acquire();
    }
    void release() override {
        ++released;
        inner_.release();
    }

private:
    ScratchPool pool_;
    OwnConnection inner_;
};

Result<std::vector<Row>> any_query(Database& database) { return database.rows(Statement::find_account, {"alice"}); }
Result<int> any_change(Database& database, std::string_view session) {
    return database.change(Statement::revoke_session, {session, "", std::int64_t{1}});
}

std::string sessions(ScratchDatabase& scratch) {
    return scratch.row("SELECT group_concat(session) FROM (SELECT session FROM uzmfa_revocation ORDER BY session)");
}

// --- rows ---

TEST(a_row_tells_texts_numbers_truths_and_NULL) {
    Row row;
    for (const char* value : {"alice", "-42", "t", "1", "true", "f", "0", "TRUE", ""}) row.add(value);
    row.add(nullptr);
    CHECK_EQUAL(row.text(0), "alice");
    CHECK_EQUAL(row.number(0), 0);
    CHECK_EQUAL(row.number(1), -42);
    for (const std::size_t column : {2u, 3u, 4u}) CHECK(row.truth(column));
    for (const std::size_t column : {0u, 5u, 6u, 7u, 8u, 9u}) CHECK(!row.truth(column));
    CHECK(!row.is_null(8));
}

TEST(NULL_and_a_missing_column_are_empty_zero_and_false) {
    Row row;
    row.add(nullptr);
    for (const std::size_t column : {0u, 1u, 99u}) {
        CHECK(row.is_null(column));
        CHECK_EQUAL(row.text(column), "");
        CHECK_EQUAL(row.number(column), 0);
        CHECK(!row.truth(column));
    }
}

TEST(a_row_holds_its_texts_after_the_statement_is_done) {
    ScratchDatabase scratch;
    scratch.add_user("alice", std::string{alices_uuid});
    const auto rows = VALUE(any_query(scratch.database()));
    VALUE(any_query(scratch.database()));
    CHECK_EQUAL(rows.size(), 1);
    CHECK_EQUAL(rows.front().text(0), "alice");
    CHECK_EQUAL(rows.front().text(1), alices_uuid);
    CHECK(rows.front().is_null(2));
}

// --- the connection ---

TEST(a_connection_is_taken_at_the_first_statement_and_given_back_once) {
    ScratchDatabase scratch;
    CountingSource source{scratch.file};
    {
        Database database{source, scratch.statements};
        CHECK_EQUAL(source.acquired, 0);
        VALUE(any_query(database));
        VALUE(any_query(database));
        CHECK_EQUAL(source.acquired, 1);
        CHECK_EQUAL(source.released, 0);
    }
    CHECK_EQUAL(source.released, 1);
}

std::ptrdiff_t open_files() {
    return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, std::filesystem::directory_iterator{});
}

TEST(a_connection_that_is_given_back_is_closed) {
    ScratchDatabase scratch;
    CountingSource source{scratch.file};
    const auto before = open_files();
    {
        Database database{source, scratch.statements};
        VALUE(any_query(database));
        CHECK(open_files() > before);
    }
    CHECK_EQUAL(open_files(), before);
}

TEST(where_no_statement_is_sent_no_connection_is_taken) {
    ScratchDatabase scratch;
    CountingSource source{scratch.file};
    { Database database{source, scratch.statements}; }
    CHECK_EQUAL(source.acquired + source.released, 0);
}

TEST(R84_without_a_connection_every_call_is_unavailable) {
    ScratchDatabase scratch;
    CountingSource source{scratch.file};
    source.broken = true;
    {
        Database database{source, scratch.statements};
        CHECK(ERROR_OF(any_query(database)).kind == ErrorKind::unavailable);
        CHECK(ERROR_OF(any_change(database, "s")).kind == ErrorKind::unavailable);
        CHECK(ERROR_OF(database.in_transaction([] { return true; })).kind == ErrorKind::unavailable);
        CHECK(ERROR_OF(database.count("SELECT 1")).kind == ErrorKind::unavailable);
    }
    CHECK_EQUAL(source.released, 0);
}

TEST(R84_a_database_that_comes_back_is_used_again) {
    ScratchDatabase scratch;
    CountingSource source{scratch.file};
    Database database{source, scratch.statements};
    source.broken = true;
    CHECK(!any_query(database));
    source.broken = false;
    CHECK(static_cast<bool>(any_query(database)));
}

TEST(R38_the_parameters_of_a_connection_are_in_no_error) {
    const ScratchPool pool;
    const auto error = ERROR_OF(OwnConnection{pool, "sqlite3", "/nowhere/password=hunter2"}.acquire());
    CHECK(error.kind == ErrorKind::unavailable);
    CHECK_LACKS(error.detail, "hunter2");
}

TEST(R90_a_driver_that_does_not_exist_is_named) {
    const ScratchPool pool;
    const auto error = ERROR_OF(OwnConnection{pool, "nosuchdriver", ""}.acquire());
    CHECK(error.kind == ErrorKind::misconfigured);
    CHECK_CONTAINS(error.detail, "nosuchdriver");
}

// --- statements ---

TEST(a_change_says_how_many_rows_it_changed) {
    ScratchDatabase scratch;
    CHECK_EQUAL(VALUE(any_change(scratch.database(), "a")), 1);
    CHECK_EQUAL(VALUE(any_change(scratch.database(), "a")), 0);
    CHECK_EQUAL(VALUE(scratch.database().change(Statement::purge_revocations)), 1);
}

TEST(R76_a_parameter_is_only_a_text) {
    for (const auto text : injections) {
        const Case at{text};
        ScratchDatabase scratch;
        scratch.add_user("alice");
        CHECK_EQUAL(VALUE(scratch.database().rows(Statement::find_account, {text})).size(), 0);
        CHECK_EQUAL(VALUE(any_change(scratch.database(), text)), 1);
        CHECK_EQUAL(scratch.row("SELECT session FROM uzmfa_revocation"), text);
        CHECK_EQUAL(scratch.row("SELECT count(*) FROM users"), "1");
    }
}

TEST(a_statement_that_fails_is_named_and_spoils_no_other) {
    ScratchDatabase scratch;
    CHECK(scratch.statements.replace("find_account", "SELECT nonsense FROM nowhere WHERE x = %s"));
    const auto error = ERROR_OF(any_query(scratch.database()));
    CHECK(error.kind == ErrorKind::unavailable);
    CHECK_CONTAINS(error.detail, "find_account");
    CHECK_EQUAL(VALUE(any_change(scratch.database(), "a")), 1);
}

TEST(R84_a_statement_works_again_after_its_table_came_back) {
    ScratchDatabase scratch;
    VALUE(any_change(scratch.database(), "a"));
    scratch.run("ALTER TABLE uzmfa_revocation RENAME TO gone");
    CHECK(ERROR_OF(any_change(scratch.database(), "b")).kind == ErrorKind::unavailable);
    scratch.run("ALTER TABLE gone RENAME TO uzmfa_revocation");
    CHECK_EQUAL(VALUE(any_change(scratch.database(), "b")), 1);
}

TEST(a_statement_outlives_a_change_of_the_schema_by_another_program) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    VALUE(any_query(scratch.database()));
    VALUE(any_change(scratch.database(), "a"));
    scratch.run("CREATE TABLE another (id integer)");
    CHECK_EQUAL(VALUE(any_query(scratch.database())).size(), 1);
    CHECK_EQUAL(VALUE(any_change(scratch.database(), "b")), 1);
}

TEST(a_query_of_our_own_counts) {
    ScratchDatabase scratch;
    scratch.add_user("alice");
    CHECK_EQUAL(VALUE(scratch.database().count("SELECT count(*) FROM users")), 1);
    CHECK(ERROR_OF(scratch.database().count("SELECT count(*) FROM nowhere")).kind == ErrorKind::unavailable);
    CHECK_EQUAL(VALUE(scratch.database().text("SELECT username FROM users")), "alice");
    CHECK(ERROR_OF(scratch.database().text("SELECT username FROM nowhere")).kind == ErrorKind::unavailable);
}

// --- transactions ---

TEST(a_transaction_is_committed_where_its_work_is_true) {
    ScratchDatabase scratch;
    auto& database = scratch.database();
    CHECK(VALUE(database.in_transaction([&]() -> Result<bool> {
        VALUE(any_change(database, "a"));
        VALUE(any_change(database, "b"));
        CHECK_EQUAL(sessions(scratch), "NULL");
        return true;
    })));
    CHECK_EQUAL(sessions(scratch), "a,b");
}

TEST(a_transaction_keeps_its_connection_until_it_ends) {
    ScratchDatabase scratch;
    CountingSource source{scratch.file};
    Database database{source, scratch.statements};
    CHECK(VALUE(database.in_transaction([&]() -> Result<bool> {
        VALUE(any_change(database, "a"));
        database.release();
        CHECK_EQUAL(source.released, 0);
        VALUE(any_change(database, "b"));
        return true;
    })));
    CHECK_EQUAL(source.acquired, 1);
    database.release();
    CHECK_EQUAL(source.released, 1);
    CHECK_EQUAL(sessions(scratch), "a,b");
}

TEST(a_transaction_that_cannot_be_committed_is_an_error_and_leaves_nothing) {
    ScratchDatabase scratch;
    auto& database = scratch.database();
    scratch.run("BEGIN");
    CHECK_EQUAL(sessions(scratch), "NULL");  // from here on the other program reads, and nobody commits
    const auto error = ERROR_OF(database.in_transaction([&]() -> Result<bool> {
        VALUE(any_change(database, "a"));
        return true;
    }));
    CHECK(error.kind == ErrorKind::unavailable);
    scratch.run("COMMIT");
    CHECK_EQUAL(sessions(scratch), "NULL");
    CHECK(VALUE(database.in_transaction([&]() -> Result<bool> { return VALUE(any_change(database, "b")) == 1; })));
    CHECK_EQUAL(sessions(scratch), "b");
}

TEST(a_transaction_is_rolled_back_where_its_work_is_false) {
    ScratchDatabase scratch;
    auto& database = scratch.database();
    CHECK(!VALUE(database.in_transaction([&]() -> Result<bool> {
        VALUE(any_change(database, "a"));
        return false;
    })));
    CHECK_EQUAL(sessions(scratch), "NULL");
    CHECK_EQUAL(VALUE(any_change(database, "b")), 1);
    CHECK_EQUAL(sessions(scratch), "b");
}

TEST(a_transaction_is_rolled_back_where_its_work_fails) {
    ScratchDatabase scratch;
    auto& database = scratch.database();
    CHECK_EQUAL(ERROR_OF(database.in_transaction([&]() -> Result<bool> {
        VALUE(any_change(database, "a"));
        return Error{ErrorKind::damaged, "of the work"};
    })).detail, "of the work");
    CHECK_EQUAL(sessions(scratch), "NULL");
}

TEST(a_transaction_is_rolled_back_where_a_statement_fails_though_the_work_goes_on) {
    ScratchDatabase scratch;
    CHECK(scratch.statements.replace("purge_revocations", "DELETE FROM nowhere"));
    CHECK(scratch.statements.replace(
        "add_factor", "INSERT INTO uzmfa_revocation (session) VALUES (%s || %s || %s || %s || %s || %s || %s || %s)"));
    auto& database = scratch.database();
    const auto done = database.in_transaction([&]() -> Result<bool> {
        VALUE(any_change(database, "a"));
        // ends_at must not be NULL.
        CHECK(!database.change(Statement::add_factor, {"b", "", "", "", "", "", "", ""}));
        return true;
    });
    CHECK(!done);
    CHECK_EQUAL(sessions(scratch), "NULL");
}

TEST(a_transaction_is_rolled_back_where_an_exception_leaves_its_work) {
    ScratchDatabase scratch;
    auto& database = scratch.database();
    CHECK_THROWS(database.in_transaction([&]() -> Result<bool> {
        VALUE(any_change(database, "a"));
        throw std::runtime_error{"out of memory, say"};
    }));
    CHECK_EQUAL(sessions(scratch), "NULL");
    CHECK_EQUAL(VALUE(any_change(database, "b")), 1);
    CHECK_EQUAL(sessions(scratch), "b");
}

TEST(R41_a_process_that_ends_in_a_transaction_leaves_nothing_of_it) {
    ScratchDatabase scratch;
    if (const auto child = fork(); child == 0) {
        Client client{scratch.file, scratch.statements};
        VALUE(client.database.in_transaction([&]() -> Result<bool> {
            VALUE(any_change(client.database, "a"));
            _exit(9);
        }));
    } else {
        int status = 0;
        waitpid(child, &status, 0);
        CHECK_EQUAL(WEXITSTATUS(status), 9);
    }
    CHECK_EQUAL(sessions(scratch), "NULL");
    CHECK_EQUAL(VALUE(any_change(scratch.database(), "b")), 1);
}

TEST(a_locked_database_says_nothing_of_what_is_missing) {
    ScratchDatabase scratch;
    scratch.run("BEGIN EXCLUSIVE");
    CHECK(ERROR_OF(missing_from(scratch.database(), {"users", true})).kind == ErrorKind::unavailable);
    scratch.run("ROLLBACK");
    CHECK_EQUAL(VALUE(missing_from(scratch.database(), {"users", true})), "");
}

TEST(a_transaction_that_finds_the_database_locked_is_unavailable_and_leaves_the_connection_usable) {
    ScratchDatabase scratch;
    auto& database = scratch.database();
    scratch.run("BEGIN IMMEDIATE");
    const auto error = ERROR_OF(database.in_transaction([&] { return true; }));
    CHECK(error.kind == ErrorKind::unavailable);
    CHECK_CONTAINS(error.detail, "database is locked");
    scratch.run("ROLLBACK");
    CHECK(VALUE(database.in_transaction([&]() -> Result<bool> { return VALUE(any_change(database, "a")) == 1; })));
    CHECK_EQUAL(sessions(scratch), "a");
}

}  // namespace
}  // namespace uzmfa::test
