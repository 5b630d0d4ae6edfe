// SPDX-License-Identifier: Apache-2.0
// A test registers itself by being written:
//
//   TEST(a_session_ends_exactly_after_its_lifetime) { CHECK_EQUAL(is_alive(session, limits, end), false); }
//
// The first failed check ends its test; each test runs in a process of its own. `Case` names what a
// loop over a table is at.
#pragma once

#include "core/moment.hpp"
#include "core/result.hpp"

#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace uzmfa::test {

struct Test {
    const char* name;
    void (*body)();
    void (*run)(int);
    const char* file;
    int line;
};

struct Registered {
    explicit Registered(const Test& test);
};

void run(void (*body)());  // turns an exception into a failure
[[noreturn]] void fail_at(const char* file, int line, const std::string& message);

class Case {
public:
    explicit Case(std::string_view name);
    ~Case();
    Case(const Case&) = delete;
    Case& operator=(const Case&) = delete;
};

std::string quoted(std::string_view text);

template <class T>
std::string show(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
        return test::quoted(value);
    } else if constexpr (std::is_enum_v<T>) {
        if constexpr (requires { std::string_view{name_of(value)}; }) {
            return std::string{name_of(value)};
        } else {
            return "enumerator " + std::to_string(static_cast<long long>(value));
        }
    } else if constexpr (std::is_arithmetic_v<T>) {
        return std::to_string(value);
    } else if constexpr (std::is_same_v<T, Moment>) {
        return "moment " + std::to_string(unix_time(value));
    } else if constexpr (requires { value.view(); }) {
        return test::quoted(value.view());
    } else if constexpr (requires { value.has_value(); *value; }) {
        return value ? show(*value) : "nothing";
    } else if constexpr (requires { value.begin(); value.end(); }) {
        std::string text = "[";
        for (const auto& item : value) text += (text.size() > 1 ? ", " : "") + show(item);
        return text + "]";
    } else {
        return "(a value that cannot be shown)";
    }
}

template <class A, class B>
bool equal(const A& a, const B& b) {
    if constexpr (std::integral<A> && std::integral<B> && !std::is_same_v<A, bool> && !std::is_same_v<B, bool> &&
                  !std::is_same_v<A, char> && !std::is_same_v<B, char>) {
        return std::cmp_equal(a, b);
    } else if constexpr (std::is_convertible_v<A, std::string_view> && std::is_convertible_v<B, std::string_view>) {
        return std::string_view{a} == std::string_view{b};
    } else if constexpr (requires { a.view(); } && std::is_convertible_v<B, std::string_view>) {
        return a.view() == std::string_view{b};
    } else {
        return a == b;
    }
}

template <class A, class B>
void check_equal(const A& actual, const B& expected, const char* what, const char* file, int line) {
    if (!equal(actual, expected)) {
        fail_at(file, line, std::string{what} + "\n      is " + show(actual) + "\n  not " + show(expected));
    }
}

void check_contains(std::string_view text, std::string_view part, bool wanted, const char* file, int line);

// The value of a call that must not fail.
template <class T>
T value_at(Result<T> result, const char* what, const char* file, int line) {
    if (!result) fail_at(file, line, std::string{what} + "\n  failed: " + result.error().detail);
    return std::move(*result);
}

template <class T>
Error error_at(const Result<T>& result, const char* what, const char* file, int line) {
    if (result) fail_at(file, line, std::string{what} + "\n  did not fail");
    return result.error();
}

std::string hex_of(std::string_view bytes);
std::string from_hex(std::string_view hex);

// A folder of the test's own, removed with all that is in it.
class TemporaryFolder {
public:
    explicit TemporaryFolder(const std::string& parent = "/tmp");
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::string& path() const { return path_; }
    // Writes a file below it and says its path.
    std::string file(std::string_view name, std::string_view text, unsigned mode = 0600) const;

private:
    std::string path_;
};

}  // namespace uzmfa::test

#define TEST(name)                                                                                               \
    static void name();                                                                                          \
    static const ::uzmfa::test::Registered name##_is_registered{                                                 \
        ::uzmfa::test::Test{#name, name, [](int) { ::uzmfa::test::run(name); }, __FILE__, __LINE__}};            \
    static void name()

#define CHECK(...)                                                                                  \
    do {                                                                                            \
        if (!(__VA_ARGS__)) ::uzmfa::test::fail_at(__FILE__, __LINE__, "is not so: " #__VA_ARGS__); \
    } while (false)

#define CHECK_EQUAL(actual, expected) ::uzmfa::test::check_equal(actual, expected, #actual, __FILE__, __LINE__)
#define CHECK_CONTAINS(text, part) ::uzmfa::test::check_contains(text, part, true, __FILE__, __LINE__)
#define CHECK_LACKS(text, part) ::uzmfa::test::check_contains(text, part, false, __FILE__, __LINE__)

#define VALUE(...) ::uzmfa::test::value_at(__VA_ARGS__, #__VA_ARGS__, __FILE__, __LINE__)
#define ERROR_OF(...) ::uzmfa::test::error_at(__VA_ARGS__, #__VA_ARGS__, __FILE__, __LINE__)

#define CHECK_THROWS(...)                                                                          \
    do {                                                                                           \
        bool has_thrown = false;                                                                   \
        try {                                                                                      \
            static_cast<void>(__VA_ARGS__);                                                        \
        } catch (const std::exception&) {                                                          \
            has_thrown = true;                                                                     \
        }                                                                                          \
        if (!has_thrown) ::uzmfa::test::fail_at(__FILE__, __LINE__, "throws not: " #__VA_ARGS__);  \
    } while (false)
