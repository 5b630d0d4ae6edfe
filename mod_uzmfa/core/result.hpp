// SPDX-License-Identifier: Apache-2.0
// What a call that can fail for outside reasons returns: a value, or why there is none.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace uzmfa {

enum class ErrorKind {
    unavailable,    // the database or a provider did not answer: try again later
    damaged,        // a row or a seal that cannot be read: an administrator must act
    misconfigured,  // found at start: the server does not start
};

// `detail` is for the log only; it never reaches a page.
struct Error {
    ErrorKind kind;
    std::string detail;
};

template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_{std::move(value)} {}
    Result(Error error) : state_{std::move(error)} {}

    explicit operator bool() const { return std::holds_alternative<T>(state_); }
    T& operator*() { return std::get<T>(state_); }
    const T& operator*() const { return std::get<T>(state_); }
    T* operator->() { return &std::get<T>(state_); }
    const T* operator->() const { return &std::get<T>(state_); }
    const Error& error() const { return std::get<Error>(state_); }

private:
    std::variant<T, Error> state_;
};

// The value of a call that is made for its effect.
struct Done {};

}  // namespace uzmfa
