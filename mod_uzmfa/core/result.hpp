// SPDX-License-Identifier: Apache-2.0
// What a call that can fail for outside reasons returns: a value, or why there is none.
#pragma once

#include "core/moment.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace uzmfa {

enum class ErrorKind : std::uint8_t {
    unavailable,           // the database did not answer: try again later
    provider_unavailable,  // the provider did not answer: try again later
    provider_not_asked,    // the same, and known without a call
    provider_refuses,      // the provider wants other credentials or settings: an administrator must act
    provider_limit,        // the provider takes no more of this user's requests for a while
    busy,                  // too many passwords are being checked on this node: try again soon
    damaged,               // a row or a seal that cannot be read: an administrator must act
    misconfigured,         // found at start: the server does not start
};

// `detail` is for the log only; it never reaches a page.
struct Error {
    ErrorKind kind;
    std::string detail;
    seconds retry_after{30};
};

template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_{std::move(value)} {}
    explicit Result(std::in_place_t) {}  // a value to be filled in
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

// Of a call whose value is of no interest.
template <class T>
Result<Done> as_done(const Result<T>& result) {
    return result ? Result<Done>{Done{}} : result.error();
}

inline Error misconfigured(std::string detail) { return {ErrorKind::misconfigured, std::move(detail)}; }

}  // namespace uzmfa
