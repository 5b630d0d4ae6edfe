// SPDX-License-Identifier: Apache-2.0
// A database through apr_dbd. Parameters only; every row is read to the end.
#pragma once

#include "core/result.hpp"
#include "store/statements.hpp"

#include <apr_dbd.h>
#include <apr_hash.h>
#include <apr_pools.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace uzmfa {

// An open connection. `prepared` keeps its statements, keyed by their SQL, in `pool`.
struct Connection {
    const apr_dbd_driver_t* driver;
    apr_dbd_t* handle;
    apr_pool_t* pool;
    apr_hash_t* prepared;
};

// Hands out a connection for as long as one piece of work needs it: mod_dbd in httpd, one of its own
// in uzmfactl.
class ConnectionSource {
public:
    virtual ~ConnectionSource() = default;
    virtual Result<Connection> acquire() = 0;
    virtual void release() = 0;
    // The connection broke, and no other is to be had for now.
    virtual void lose() {}
};

// A parameter of a statement, as text.
struct Parameter {
    Parameter(std::string_view value) : text{value} {}
    Parameter(const char* value) : text{value} {}
    Parameter(const std::string& value) : text{value} {}
    Parameter(std::int64_t value) : text{std::to_string(value)} {}
    std::string text;
};

class Row {
public:
    void add(const char* value) { values_.push_back(value ? std::optional<std::string>{value} : std::nullopt); }
    // NULL and missing columns are empty texts, zero and false.
    std::string_view text(std::size_t column) const;
    std::int64_t number(std::size_t column) const;
    bool truth(std::size_t column) const;  // t, 1, true: PostgreSQL's text and what SQLite holds
    bool is_null(std::size_t column) const { return column >= values_.size() || !values_[column]; }

private:
    std::vector<std::optional<std::string>> values_;
};

// Not for sharing between threads. Takes a connection at the first statement, gives it back in the
// destructor.
class Database {
public:
    Database(ConnectionSource& source, const Statements& statements) : source_{source}, statements_{statements} {}
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    Result<std::vector<Row>> rows(Statement statement, std::initializer_list<Parameter> parameters = {});
    // The number of rows changed.
    Result<int> change(Statement statement, std::initializer_list<Parameter> parameters = {});
    // Commits where `work` returns true and none of its statements failed, else rolls back; the value is
    // the work's. Inside another one it is a part of that, which then decides.
    Result<bool> in_transaction(const std::function<Result<bool>()>& work);
    // The number that a query of the module's own answers (the check of tables and columns).
    Result<std::int64_t> count(const std::string& sql);
    Result<std::string> text(const std::string& sql);  // the same of a text
    Driver driver() const { return statements_.driver(); }
    // Gives the connection back; the next statement takes one again. A transaction keeps it.
    void release();

private:
    Result<Connection*> connection();
    Result<apr_dbd_prepared_t*> prepared(Connection& connection, Statement statement);
    std::unique_lock<std::mutex> turn_to_write() const;
    Result<bool> try_transaction(const std::function<Result<bool>()>& work, bool& began);
    bool renew(Connection& connection);
    bool reconnect(Connection& connection);
    Result<Done> send(Statement statement, const std::function<int(Connection&, apr_dbd_prepared_t*)>& sender);
    Result<Row> answer(const std::string& sql);
    Error failure(std::string_view what, int code);

    ConnectionSource& source_;
    const Statements& statements_;
    std::optional<Connection> connection_;
    bool has_failed_ = false;
    bool is_lost_ = false;  // to connect once more would take as long as the last time
    bool in_transaction_ = false;
};

}  // namespace uzmfa
