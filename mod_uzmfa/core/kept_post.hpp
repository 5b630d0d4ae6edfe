// SPDX-License-Identifier: Apache-2.0
// A form that met an ended session: kept until its user is back in the same browser, and sent once, when the user says so.
// A post is no more than a navigation's POST, whatever its content type.
#pragma once

#include "core/kept_posts.hpp"
#include "core/outcome.hpp"
#include "core/policy.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace uzmfa {

struct Visit;
struct Services;

// The one field of the form that sends a kept one; its value is the session's form token. And the size of that form.
inline constexpr std::string_view kept_post_field = "uzmfa_kept_post";
inline constexpr std::size_t sending_form_size = kept_post_field.size() + 1 + 22;

// Whether a POST that is stopped is somebody's work: a person's, from a page of this site, in a browser in which its user was
// signed in within the last day. It must be known before its body is read.
bool may_be_kept(const Visit& visit, const Site& site);
// Whether a form can be sent there later.
bool is_fit_target(std::string_view target, const Site& site);

// The stopped POST's way leads to its own address, before which a page says what waits; or it is told, before anything is lost,
// that the form cannot be kept. `page_due` is the own page that the way begins with. Whoever shows the cookie of a session that
// is over changes nothing of what waits.
Outcome keep_post(const Visit& visit, Outcome stopped, std::string_view page_due, bool is_over, const Site& site,
                  Services& services);

// The page of a kept form, which leads on to where the form was sent.
std::string kept_page_url(std::string_view own_path, std::string_view target);
// The address of the form that waits in a browser whose cookie holds this; empty where none does.
Result<std::string> waiting_target(const Session* held, KeptPosts& posts);

// The user says so: the form in `post`, or else the answer in `outcome`.
struct Sending {
    std::optional<Post> post;
    Outcome outcome;
};
Sending send_kept_post(const Visit& visit, std::string_view token, const Site& site, Services& services);

}  // namespace uzmfa
