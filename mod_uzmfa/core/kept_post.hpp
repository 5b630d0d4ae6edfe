// SPDX-License-Identifier: Apache-2.0
// A form that met an ended session: kept until its user is back in the same browser, and sent once, when the user says so.
// A post is no more than a navigation's POST, whatever its content type.
#pragma once

#include "core/form.hpp"
#include "core/outcome.hpp"
#include "core/policy.hpp"
#include "core/result.hpp"
#include "core/session.hpp"
#include "core/uuid.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace uzmfa {

struct Visit;
struct Services;

inline constexpr seconds kept_post_lifetime{30 * 60};
// The one field of the form that sends a kept one; its value is the session's form token.
inline constexpr std::string_view kept_post_field = "uzmfa_kept_post";

// As the client sent it.
struct Post {
    std::string target;  // path and query
    std::vector<std::pair<std::string, std::string>> headers;  // that say what the body is, and where the form stood
    std::string body;
    bool operator==(const Post&) const = default;
};

std::string encode(const Post& post);
std::optional<Post> decode_post(std::string_view record);

// What the edge has read of a POST that is stopped.
struct PostedForm {
    enum class Input : std::uint8_t {
        whole,
        too_large,    // for UzmfaKeepPost
        sends_kept,   // the form that was to send a kept one
    } input = Input::whole;
    Post post{};
    std::size_t most = 0;  // bytes that would have been kept
};

struct KeptPost {
    Post post;
    Moment kept_at{};
    Moment until{};
};

class KeptPosts {
public:
    virtual ~KeptPosts() = default;

    // Keeps one of the user's for kept_post_lifetime. `former` is the one that the browser's session has: it is replaced where
    // it is for the same address. `no_kept_post` where another one waits there, or there is no room.
    virtual Result<KeptId> keep(const Uuid& user, KeptId former, const Post& post) = 0;
    virtual Result<std::optional<KeptPost>> find(const Uuid& user, KeptId id) = 0;
    // The same, for one caller only: it is gone then.
    virtual Result<std::optional<KeptPost>> take(const Uuid& user, KeptId id) = 0;
    virtual Result<Done> drop(const Uuid& user, KeptId id) = 0;
};

// Whether a POST that is stopped may be kept: a person's, from a page of this site, in a browser in which its user was
// signed in. It must be known before its body is read.
bool may_be_kept(const Visit& visit, const Site& site);

// The stopped POST's way leads to the page that says what waits; or it is told, before anything is lost, that the form
// cannot be kept. `page_due` is the own page that the way begins with.
Outcome keep_post(const Visit& visit, Outcome stopped, std::string_view page_due, const Site& site, Services& services);

// The page of a kept form, which leads on to where the form was sent.
std::string kept_page_url(std::string_view own_path, std::string_view target);
bool is_kept_page(std::string_view next, std::string_view own_path);

// The user says so: the form in `post`, or else the answer in `outcome`.
struct Sending {
    std::optional<Post> post;
    Outcome outcome;
};
Sending send_kept_post(const Visit& visit, std::string_view token, const Site& site, Services& services);

}  // namespace uzmfa
