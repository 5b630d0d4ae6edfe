// SPDX-License-Identifier: Apache-2.0
// Where a user is signed in, and in which browsers no code is asked. Implemented by store/. Errors are those of the database.
#pragma once

#include "core/result.hpp"
#include "core/session.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace uzmfa {

// The browser of a request, as its user sees it.
struct Origin {
    std::string_view address;
    std::string_view browser;  // User-Agent (RFC 9110 §10.1.5)
};

struct VerifiedSession {
    SessionId id{};
    Method method = Method::none;
    Moment verified_at{};
    Moment ends_at{};
    std::string address;
    std::string browser;  // cut to 255 bytes
};

struct RememberedBrowser {
    std::string id;  // names it on a page; worth nothing as a token
    Moment verified_at{};
    Moment expires_at{};
    std::string address;
    std::string browser;
};

// Browsers in which a user has verified and is not asked for a code for a while (UzmfaRememberBrowser).
class Browsers {
public:
    virtual ~Browsers() = default;

    // The token that the browser is to keep, of 256 random bits; `former` is the one that it had.
    virtual Result<std::string> remember(std::string_view uuid, seconds lifetime, const Origin& origin,
                                         std::string_view former) = 0;
    // When the user verified in the browser that has the token, where that is not longer ago than `lifetime` and not
    // than it was to be remembered.
    virtual Result<std::optional<Moment>> remembered(std::string_view uuid, std::string_view token, seconds lifetime) = 0;
    // False where the user has no such browser.
    virtual Result<bool> forget(std::string_view uuid, std::string_view id) = 0;
    // All of the user's.
    virtual Result<Done> forget_all(std::string_view uuid) = 0;
};

}  // namespace uzmfa
