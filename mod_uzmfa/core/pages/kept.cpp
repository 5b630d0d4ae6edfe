// SPDX-License-Identifier: Apache-2.0
// What waits for its user to come back: a form that was stopped, which a button sends.
#include "core/kept_post.hpp"
#include "core/pages/own_pages.hpp"
#include "core/utc.hpp"

namespace uzmfa {
namespace {

// To the step that is due, behind which the way leads back here.
Outcome lead_here(const Call& call) {
    auto progress = progress_of(call);
    return progress ? go_to(progress->due, call) : failure(progress.error());
}

Outcome page_of_kept(Call& call, int status, std::string_view error) {
    auto kept = call.services.kept_posts.find(call.session->mark.uuid, call.session->kept);
    if (!kept) return failure(kept.error());
    if (!*kept) return redirect(Reason::step_passed, call.next);
    const auto& [post, kept_at, until] = **kept;
    Page page = page_of("kept", call);
    page.error = error;
    page.with("target", post.target).with("path", post.target.substr(0, post.target.find('?')));
    page.with("bytes", std::to_string(post.body.size())).with("kept_at", utc(kept_at)).with("until", utc(until));
    auto outcome = shown(std::move(page));
    outcome.status = status;
    return outcome;
}

}  // namespace

Outcome show_kept(Call& call) {
    if (!call.has_arrived()) return lead_here(call);
    return page_of_kept(call, 200, {});
}

Outcome submit_kept(Call& call) {
    if (!call.has_arrived()) return lead_here(call);
    if (!is_own_form(call)) return page_of_kept(call, 403, name_of(Reason::form_stale));
    auto dropped = call.services.kept_posts.drop(call.session->mark.uuid, call.session->kept);
    return dropped ? redirect(Reason::form_dropped, call.next) : failure(dropped.error());
}

}  // namespace uzmfa
