// SPDX-License-Identifier: Apache-2.0
#include "core/kept_post.hpp"

#include "core/gate.hpp"
#include "core/ports.hpp"
#include "core/record.hpp"
#include "core/return_path.hpp"
#include "core/visit.hpp"

namespace uzmfa {
namespace {

constexpr std::size_t length_bytes = 4;
constexpr std::string_view page_name = "kept";

void put_text(std::string& record, std::string_view text) {
    put_number(record, text.size(), length_bytes);
    record.append(text);
}

std::string text_in(RecordReader& reader) { return std::string{reader.take(reader.number(length_bytes))}; }

// The session that the browser has from now on. One that was ended goes: only what is kept goes on.
Session session_for(const Visit& visit, const Outcome& stopped, Services& services) {
    if (stopped.session) return *stopped.session;
    if (visit.session) return *visit.session;
    return anonymous_after(visit.held, services.tokens.new_session_id(), visit.now);
}

Outcome not_kept(const PostedForm& posted, Outcome stopped, std::string_view page_due, const Site& site) {
    Page page{"not_kept", {}, {}};
    page.with("way", page_url(site.own_path, page_due, page_url(site.own_path, "done", ""))).with("kilobytes", std::to_string(posted.most / 1024));
    const bool is_too_large = posted.input == PostedForm::Input::too_large;
    page.with("too_large", is_too_large ? "1" : "");
    stopped.status = 401;
    stopped.location.clear();
    stopped.page = std::move(page);
    stopped.detail = is_too_large ? "its form is too large to be kept" : "another form is kept, or there is no room for this one";
    return stopped;
}

}  // namespace

std::string encode(const Post& post) {
    std::string record;
    record.reserve(post.target.size() + post.body.size() + 1024);
    put_text(record, post.target);
    put_number(record, post.headers.size(), 1);
    for (const auto& [name, value] : post.headers) {
        put_text(record, name);
        put_text(record, value);
    }
    record.append(post.body);
    return record;
}

std::optional<Post> decode_post(std::string_view record) {
    RecordReader reader{record};
    Post post;
    post.target = text_in(reader);
    for (auto left = reader.byte(); left > 0 && !reader.failed(); --left) {
        auto name = text_in(reader);
        post.headers.emplace_back(std::move(name), text_in(reader));
    }
    if (reader.failed()) return std::nullopt;
    post.body = reader.rest();
    return post;
}

bool may_be_kept(const Visit& visit, const Site& site) {
    const Session* const held = visit.held;
    if (!held || held->mark.uuid == Uuid{}) return false;
    if (!visit.navigation || visit.cross_site || visit.subrequest || visit.signs_out) return false;
    if (!visit.own_sign_in && held->user.view() != visit.user) return false;
    return return_path(visit.target, site.own_path) == visit.target;
}

Outcome keep_post(const Visit& visit, Outcome stopped, std::string_view page_due, const Site& site, Services& services) {
    const PostedForm& posted = *visit.posted;
    Session session = session_for(visit, stopped, services);
    session.kept = visit.held->kept;
    if (posted.input != PostedForm::Input::sends_kept) {
        auto kept = Result<KeptId>{no_kept_post};
        if (posted.input == PostedForm::Input::whole) {
            kept = services.kept_posts.keep(visit.held->mark.uuid, visit.held->kept, posted.post);
        }
        if (!kept) return failure(kept.error());
        if (*kept == no_kept_post) return not_kept(posted, std::move(stopped), page_due, site);
        session.kept = *kept;
        stopped.detail = "its form is kept";
    }
    stopped.session = session;
    stopped.location = page_url(site.own_path, page_due, kept_page_url(site.own_path, visit.target));
    return stopped;
}

std::string kept_page_url(std::string_view own_path, std::string_view target) { return page_url(own_path, page_name, target); }

bool is_kept_page(std::string_view next, std::string_view own_path) {
    const auto page = kept_page_url(own_path, "");
    return next.starts_with(page) && (next.size() == page.size() || next[page.size()] == '?');
}

Sending send_kept_post(const Visit& visit, std::string_view token, const Site& site, Services& services) {
    const Session& session = *visit.session;
    const auto target = return_path(visit.target, site.own_path);
    if (visit.cross_site || !services.tokens.is_form_token(token, session.id)) {
        return {std::nullopt, redirect(Reason::form_stale, kept_page_url(site.own_path, target))};
    }
    auto taken = services.kept_posts.take(session.mark.uuid, session.kept);
    if (!taken) return {std::nullopt, failure(taken.error())};
    // Pressed twice, or too late: the browser goes where the form went.
    if (!*taken || (*taken)->post.target != visit.target) {
        return {std::nullopt, redirect(Reason::step_passed, std::string{target})};
    }
    return {std::move((*taken)->post), {.reason = Reason::form_sent, .user = std::string{session.user.view()}}};
}

}  // namespace uzmfa
