// SPDX-License-Identifier: Apache-2.0
// Forms that are kept for their users, and the port to where they are. Implemented by store/.
#pragma once

#include "core/result.hpp"
#include "core/session.hpp"
#include "core/uuid.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace uzmfa {

inline constexpr seconds kept_post_lifetime{30 * 60};

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
        too_large,   // for UzmfaKeepPost
        unfit,       // none is kept here, or its address or headers are beyond the bounds
        sends_kept,  // the form that was to send a kept one
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

    // Keeps one of the user's for kept_post_lifetime. `former` is the one of the session, which is alive: it is replaced
    // where it is for the same address. `no_kept_post` where another one waits there, or there is no room.
    virtual Result<KeptId> keep(const Uuid& user, KeptId former, const Post& post) = 0;
    virtual Result<std::optional<KeptPost>> find(const Uuid& user, KeptId id) = 0;
    // The same, for one caller only: it is gone then.
    virtual Result<std::optional<KeptPost>> take(const Uuid& user, KeptId id) = 0;
    virtual Result<Done> drop(const Uuid& user, KeptId id) = 0;
};

}  // namespace uzmfa
