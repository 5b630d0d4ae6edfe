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
constexpr seconds longest_absence{24 * 60 * 60};

void put_text(std::string& record, std::string_view text) {
    put_number(record, text.size(), length_bytes);
    record.append(text);
}

std::string text_in(RecordReader& reader) { return std::string{reader.take(reader.number(length_bytes))}; }

std::string_view path_of(std::string_view target) { return target.substr(0, target.find_first_of("?#")); }

// The session that the browser has from now on. One that was ended goes: only what is kept goes on.
Session session_for(const Visit& visit, const Outcome& stopped, Services& services) {
    if (stopped.session) return *stopped.session;
    if (visit.session) return *visit.session;
    return anonymous_after(visit.held, services.tokens.new_session_id(), visit.now);
}

Outcome not_kept(const PostedForm& posted, Outcome stopped, std::string_view page_due, const Site& site) {
    Page page{"not_kept", {}, {}};
    page.with("way", page_url(site.own_path, page_due, page_url(site.own_path, "done", "")))
        .with("kilobytes", std::to_string(posted.most / 1024));
    page.with("too_large", posted.input == PostedForm::Input::too_large ? "1" : "");
    page.with("another", posted.input == PostedForm::Input::whole ? "1" : "");
    stopped.status = 401;
    stopped.location.clear();
    stopped.page = std::move(page);
    stopped.detail = "its form is not kept";
    return stopped;
}

// `no_kept_post` where it cannot be.
Result<KeptId> kept(const Session& held, const Post& post, bool is_over, KeptPosts& posts) {
    const auto& user = held.mark.uuid;
    if (!is_over || held.kept == no_kept_post) return posts.keep(user, held.kept, post);
    auto waiting = posts.find(user, held.kept);
    if (!waiting) return waiting.error();
    if (!*waiting) return posts.keep(user, no_kept_post, post);
    return (*waiting)->post == post ? held.kept : no_kept_post;  // pressed twice
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
    return visit.now - held->last_active < longest_absence && !lies_under(path_of(visit.target), site.own_path);
}

bool is_fit_target(std::string_view target, const Site& site) {
    return return_path(target, site.own_path) == target;
}

Outcome keep_post(const Visit& visit, Outcome stopped, std::string_view page_due, bool is_over, const Site& site,
                  Services& services) {
    const PostedForm& posted = *visit.posted;
    Session session = session_for(visit, stopped, services);
    session.kept = visit.held->kept;
    if (posted.input != PostedForm::Input::sends_kept) {
        auto id = Result<KeptId>{no_kept_post};
        if (posted.input == PostedForm::Input::whole) id = kept(*visit.held, posted.post, is_over, services.kept_posts);
        if (!id) return failure(id.error());
        if (*id == no_kept_post) return not_kept(posted, std::move(stopped), page_due, site);
        session.kept = *id;
        stopped.detail = "its form is kept";
    }
    stopped.session = session;
    return stopped;
}

std::string kept_page_url(std::string_view own_path, std::string_view target) { return page_url(own_path, page_name, target); }

Result<std::string> waiting_target(const Session* held, KeptPosts& posts) {
    if (!held || held->kept == no_kept_post) return std::string{};
    auto waiting = posts.find(held->mark.uuid, held->kept);
    if (!waiting) return waiting.error();
    return *waiting ? (*waiting)->post.target : std::string{};
}

Sending send_kept_post(const Visit& visit, std::string_view token, const Site& site, Services& services) {
    const Session& session = *visit.session;
    const auto target = return_path(visit.target, site.own_path);
    if (visit.cross_site || !services.tokens.is_form_token(token, session.id)) {
        return {std::nullopt, redirect(Reason::form_stale, kept_page_url(site.own_path, target))};
    }
    auto taken = services.kept_posts.find(session.mark.uuid, session.kept);
    // What has come since, for another address, goes on waiting.
    if (taken && *taken && (*taken)->post.target != visit.target) taken = std::optional<KeptPost>{};
    if (taken && *taken) taken = services.kept_posts.take(session.mark.uuid, session.kept);
    if (!taken) return {std::nullopt, failure(taken.error())};
    // Pressed twice, or too late: the browser goes where the form went.
    if (!*taken) return {std::nullopt, redirect(Reason::step_passed, std::string{target})};
    return {std::move((*taken)->post), {.reason = Reason::form_sent, .user = std::string{session.user.view()}}};
}

}  // namespace uzmfa
