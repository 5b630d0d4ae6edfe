// SPDX-License-Identifier: Apache-2.0
// A real SQLite database through apr_dbd, with the tables of `uzmfactl schema --users`; gone with the test.
#pragma once

#include "store/own_connection.hpp"
#include "store/schema.hpp"
#include "test.hpp"

#include <apr_general.h>

#include <atomic>
#include <filesystem>
#include <thread>

namespace uzmfa::test {

// Not std::time, whose coarse clock may be a tick behind the one that SQLite asks.
inline std::int64_t unix_now() {
    return unix_time(std::chrono::floor<seconds>(std::chrono::system_clock::now()));
}

class ScratchPool {
public:
    ScratchPool() {
        [[maybe_unused]] static const apr_status_t initialized = apr_initialize();
        apr_pool_create(&pool_, nullptr);
    }
    ~ScratchPool() { apr_pool_destroy(pool_); }
    ScratchPool(const ScratchPool&) = delete;
    ScratchPool& operator=(const ScratchPool&) = delete;
    operator apr_pool_t*() const { return pool_; }

private:
    apr_pool_t* pool_ = nullptr;
};

// A connection as one thread of one process has it.
class Client {
public:
    Client(const std::string& file, const Statements& statements)
        : connection_{pool_, "sqlite3", file}, database{connection_, statements} {}

private:
    ScratchPool pool_;
    OwnConnection connection_;

public:
    Database database;
};

class ScratchDatabase {
    // In memory where the system has such a folder: nothing here is to outlive a crash.
    TemporaryFolder folder_{std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp"};

public:
    const std::string file = folder_.path() + "/users.db";
    Statements statements{Driver::sqlite3, "users"};

    ScratchDatabase() { run(schema(Driver::sqlite3, true)); }

    // The module's own connection.
    Database& database() {
        if (!client_) client_.emplace(file, statements);
        return client_->database;
    }

    // SQL of another program: the application, an administrator.
    void run(std::string sql) {
        int changed = 0;
        // To the driver what follows the last semicolon is a statement that fails.
        sql.erase(sql.find_last_not_of("; \n") + 1);
        if (const int code = apr_dbd_query(other_.driver, other_.handle, &changed, sql.c_str())) {
            fail_at(__FILE__, __LINE__, sql + "\n  failed: " + apr_dbd_error(other_.driver, other_.handle, code));
        }
    }

    // The columns of the first row with a bar between them, NULL written out; "no row" where there is none.
    std::string row(const std::string& sql) {
        apr_dbd_results_t* results = nullptr;
        if (apr_dbd_select(other_.driver, other_.pool, other_.handle, &results, sql.c_str(), 1) != 0) {
            fail_at(__FILE__, __LINE__, "failed: " + sql);
        }
        std::string text = "no row";
        apr_dbd_row_t* found = nullptr;
        for (bool first = true; apr_dbd_get_row(other_.driver, other_.pool, results, &found, -1) == 0; first = false) {
            if (first) text = text_of(found, apr_dbd_num_cols(other_.driver, results));
        }
        return text;
    }

    // A user with the columns of the application's other rows: enabled, with no second factor.
    void add_user(const std::string& name, const std::string& uuid = {}) {
        run("INSERT INTO users (username, uuid) VALUES (" + literal(name) + ", nullif(" + literal(uuid) + ", ''))");
    }

    static std::string literal(std::string_view text) {
        std::string out = "'";
        for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
        return out + "'";
    }

private:
    std::string text_of(apr_dbd_row_t* found, int columns) const {
        std::string text;
        for (int column = 0; column < columns; ++column) {
            const char* const value = apr_dbd_get_entry(other_.driver, found, column);
            text += (column ? "|" : "") + std::string{value ? value : "NULL"};
        }
        return text;
    }

    ScratchPool pool_;
    OwnConnection source_{pool_, "sqlite3", file};
    Connection other_ = VALUE(source_.acquire());
    std::optional<Client> client_;
};

// How many of `count` threads, each with a connection of its own, get true from `work`.
template <class Work>
int winners_of(int count, const ScratchDatabase& scratch, Work work) {
    std::atomic<int> winners = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
        threads.emplace_back([&] {
            Client client{scratch.file, scratch.statements};
            if (VALUE(work(client.database))) ++winners;
        });
    }
    for (auto& thread : threads) thread.join();
    return winners;
}

constexpr std::string_view alices_uuid = "11111111-1111-4111-8111-111111111111";
constexpr std::string_view bobs_uuid = "22222222-2222-4222-8222-222222222222";

// Names that would do harm, were they put into the SQL.
constexpr std::string_view injections[] = {
    "' OR '1'='1", "alice'--", "x'; DROP TABLE users; --", "\" OR \"\"=\"", "\\'; DELETE FROM users; --", "%s", "%n%s%d",
    "alice%", "_lice", "$1", "?1", ":name", "{users}", "\xd0\xb0lice", "al\xc3\xaf" "ce", "alice\n", " alice"};

}  // namespace uzmfa::test
