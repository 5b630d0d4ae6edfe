// SPDX-License-Identifier: Apache-2.0
#include "store/database.hpp"

#include <apr_strings.h>

#include <charconv>
#include <mutex>

namespace uzmfa {
namespace {

// apr_dbd's "random access": PostgreSQL's other mode tells no error and sleeps on an empty result.
constexpr int whole_result = 1;

// apr_dbd's SQLite driver has one lock for all connections of the process, and keeps it while it waits for the file:
// a second writer would keep the first from going on. So the writers of a process take turns before that.
std::mutex turn;

struct DestroyPool {
    void operator()(apr_pool_t* pool) const { apr_pool_destroy(pool); }
};
using Pool = std::unique_ptr<apr_pool_t, DestroyPool>;

// What one statement allocates is gone when it is done.
Pool pool_below(apr_pool_t* parent) {
    apr_pool_t* pool = nullptr;
    apr_pool_create(&pool, parent);
    return Pool{pool};
}

// What has started ends: with a rollback where nothing else is said. PostgreSQL's driver writes through a null pointer
// where a transaction cannot start, as on a broken connection; so it is told in SQL.
class Transaction {
public:
    Transaction(const Connection& open, Driver driver)
        : open_{open},
          pool_{pool_below(open.pool)},
          is_sql_{driver == Driver::pgsql} {}
    ~Transaction() {
        if (is_open_) end(false);
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    int start() {
        const int code = is_sql_ ? query("BEGIN") : apr_dbd_transaction_start(open_.driver, pool_.get(), open_.handle, &noted_);
        // SQLite's driver has noted it even where it failed.
        is_open_ = code == 0 || noted_;
        return code;
    }
    int end(bool commits) {
        is_open_ = false;
        if (is_sql_) return query(commits ? "COMMIT" : "ROLLBACK");
        apr_dbd_transaction_mode_set(open_.driver, noted_, commits ? APR_DBD_TRANSACTION_COMMIT : APR_DBD_TRANSACTION_ROLLBACK);
        return apr_dbd_transaction_end(open_.driver, pool_.get(), noted_);
    }

private:
    int query(const char* sql) {
        int changed = 0;
        return apr_dbd_query(open_.driver, open_.handle, &changed, sql);
    }

    const Connection& open_;
    Pool pool_;
    apr_dbd_transaction_t* noted_ = nullptr;
    bool is_sql_;
    bool is_open_ = false;
};

std::vector<const char*> values_of(std::initializer_list<Parameter> parameters) {
    std::vector<const char*> values;
    for (const auto& parameter : parameters) values.push_back(parameter.text.c_str());
    return values;
}

}  // namespace

std::string_view Row::text(std::size_t column) const {
    return is_null(column) ? std::string_view{} : std::string_view{*values_[column]};
}

std::int64_t Row::number(std::size_t column) const {
    const auto value = text(column);
    std::int64_t number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    return number;
}

bool Row::truth(std::size_t column) const {
    const auto value = text(column);
    return value == "t" || value == "1" || value == "true";
}

Database::~Database() { release(); }

void Database::release() {
    if (!connection_ || in_transaction_) return;
    source_.release();
    connection_.reset();
    is_lost_ = false;
}

Result<Connection*> Database::connection() {
    if (!connection_) {
        auto acquired = source_.acquire();
        if (!acquired) return acquired.error();
        connection_ = *acquired;
    }
    if (is_lost_) return Error{ErrorKind::unavailable, "the connection to the database is lost"};
    return &*connection_;
}

Error Database::failure(std::string_view what, int code) {
    has_failed_ = true;
    const char* message = apr_dbd_error(connection_->driver, connection_->handle, code);
    return {ErrorKind::unavailable, std::string{what} + ": " + (message ? message : "the database refused it")};
}

// Without a label, PostgreSQL's driver keeps nothing in the server: a connection that mod_dbd has reset
// still works, and no statement that fails can spoil a connection for the others.
Result<apr_dbd_prepared_t*> Database::prepared(Connection& open, Statement statement) {
    const std::string& sql = statements_.sql(statement);
    if (auto* found = apr_hash_get(open.prepared, sql.data(), static_cast<apr_ssize_t>(sql.size()))) {
        return static_cast<apr_dbd_prepared_t*>(found);
    }
    apr_dbd_prepared_t* made = nullptr;
    const int code = apr_dbd_prepare(open.driver, open.pool, open.handle, sql.c_str(), nullptr, &made);
    if (code != 0) return failure(name_of(statement), code);
    auto* key = static_cast<char*>(apr_pmemdup(open.pool, sql.data(), sql.size()));
    apr_hash_set(open.prepared, key, static_cast<apr_ssize_t>(sql.size()), made);
    return made;
}

Result<Done> Database::send(Statement statement, const std::function<int(Connection&, apr_dbd_prepared_t*)>& sender) {
    auto open = connection();
    if (!open) return open.error();
    const auto send_once = [&]() -> Result<Done> {
        auto query = prepared(**open, statement);
        if (!query) return query.error();
        const int code = sender(**open, *query);
        if (code != 0) return failure(name_of(statement), code);
        return Done{};
    };
    auto sent = send_once();
    if (sent || !renew(**open)) return sent;
    return send_once() ? Result<Done>{Done{}} : sent;
}

// Whether a statement that failed may be sent again: each is safe to repeat. A transaction is, but as a whole.
bool Database::renew(Connection& open) {
    if (in_transaction_) return false;
    if (driver() == Driver::pgsql) return reconnect(open);
    // To SQLite's driver a statement is spoiled for good once the schema has changed; VACUUM changes it too.
    apr_hash_clear(open.prepared);
    return true;
}

// A server that was restarted has broken the connections that mod_dbd keeps; each would fail once.
bool Database::reconnect(Connection& open) {
    if (driver() != Driver::pgsql || count("SELECT 1")) return false;  // it is sound: the statement is at fault
    is_lost_ = apr_dbd_check_conn(open.driver, open.pool, open.handle) != APR_SUCCESS;
    if (is_lost_) source_.lose();
    return !is_lost_;
}

Result<std::vector<Row>> Database::rows(Statement statement, std::initializer_list<Parameter> parameters) {
    std::vector<Row> rows;
    auto values = values_of(parameters);
    auto sent = send(statement, [&](Connection& open, apr_dbd_prepared_t* query) {
        const auto pool = pool_below(open.pool);
        apr_dbd_results_t* results = nullptr;
        const int code = apr_dbd_pselect(open.driver, pool.get(), open.handle, &results, query, whole_result,
                                         static_cast<int>(values.size()), values.data());
        if (code != 0 || !results) return code != 0 ? code : -1;

        const int columns = apr_dbd_num_cols(open.driver, results);
        apr_dbd_row_t* row = nullptr;
        while (apr_dbd_get_row(open.driver, pool.get(), results, &row, -1) == 0) {
            Row copy;
            for (int column = 0; column < columns; ++column) copy.add(apr_dbd_get_entry(open.driver, row, column));
            rows.push_back(std::move(copy));
        }
        return 0;
    });
    if (!sent) return sent.error();
    return rows;
}

std::unique_lock<std::mutex> Database::turn_to_write() const {
    return driver() == Driver::sqlite3 && !in_transaction_ ? std::unique_lock{turn} : std::unique_lock<std::mutex>{};
}

Result<int> Database::change(Statement statement, std::initializer_list<Parameter> parameters) {
    if (auto open = connection(); !open) return open.error();
    const auto writing = turn_to_write();
    int changed = 0;
    auto values = values_of(parameters);
    auto sent = send(statement, [&](Connection& open, apr_dbd_prepared_t* query) {
        const auto pool = pool_below(open.pool);
        return apr_dbd_pquery(open.driver, pool.get(), open.handle, &changed, query, static_cast<int>(values.size()),
                              values.data());
    });
    if (!sent) return sent.error();
    return changed;
}

Result<bool> Database::in_transaction(const std::function<Result<bool>()>& work) {
    if (in_transaction_) return work();  // part of the one that is open
    bool began = false;
    auto done = try_transaction(work, began);
    // A broken connection was found at the start.
    const bool may_be_spoiled = driver() == Driver::sqlite3 && began && has_failed_;
    return may_be_spoiled && renew(*connection_) ? try_transaction(work, began) : done;
}

Result<bool> Database::try_transaction(const std::function<Result<bool>()>& work, bool& began) {
    auto open = connection();
    if (!open) return open.error();
    const auto writing = turn_to_write();
    Transaction transaction{**open, driver()};
    int code = transaction.start();
    if (code != 0 && reconnect(**open)) code = transaction.start();
    if (code != 0) return failure("the transaction's start", code);

    began = true;
    has_failed_ = false;
    in_transaction_ = true;
    const auto leave = std::unique_ptr<bool, void (*)(bool*)>{&in_transaction_, [](bool* in) { *in = false; }};
    auto done = work();
    const bool commits = done && *done && !has_failed_;
    code = transaction.end(commits);
    if (commits && code != 0) return failure("the transaction's end", code);
    if (!commits && done && *done) return Error{ErrorKind::unavailable, "a statement of the transaction failed"};
    return done;
}

Result<Row> Database::answer(const std::string& sql) {
    auto open = connection();
    if (!open) return open.error();
    const auto& [driver, handle, parent, kept] = **open;
    const auto pool = pool_below(parent);
    apr_dbd_results_t* results = nullptr;
    const int code = apr_dbd_select(driver, pool.get(), handle, &results, sql.c_str(), whole_result);
    if (code != 0 || !results) return failure("the catalog", code);
    Row found;
    apr_dbd_row_t* row = nullptr;
    while (apr_dbd_get_row(driver, pool.get(), results, &row, -1) == 0) found.add(apr_dbd_get_entry(driver, row, 0));
    return found;
}

Result<std::int64_t> Database::count(const std::string& sql) {
    const auto found = answer(sql);
    if (!found) return found.error();
    return found->number(0);
}

Result<std::string> Database::text(const std::string& sql) {
    const auto found = answer(sql);
    if (!found) return found.error();
    return std::string{found->text(0)};
}

}  // namespace uzmfa
