// SPDX-License-Identifier: Apache-2.0
#include "httpd/kept_post.hpp"

#include "core/gate.hpp"
#include "httpd/identity.hpp"
#include "httpd/log.hpp"
#include "httpd/pool.hpp"
#include "httpd/read_visit.hpp"
#include "httpd/request_body.hpp"
#include "httpd/request_services.hpp"
#include "httpd/table_entries.hpp"
#include "httpd/write_outcome.hpp"

namespace uzmfa {
namespace {

constexpr std::size_t largest_sending_form = 256;
constexpr std::size_t most_headers = 32;
constexpr std::size_t longest_headers = 8192;  // bytes of all

bool describes_body(std::string_view name) {
    return name.size() > 8 && ap_cstr_casecmpn(name.data(), "Content-", 8) == 0 &&
           ap_cstr_casecmp(name.data(), "Content-Length") != 0;
}

bool is_kept_header(std::string_view name) {
    return describes_body(name) || ap_cstr_casecmp(name.data(), "Origin") == 0 || ap_cstr_casecmp(name.data(), "Referer") == 0;
}

Post post_of(request_rec* r, std::string body) {
    Post post{.target = std::string{view_of(r->unparsed_uri)}, .headers = {}, .body = std::move(body)};
    for (const auto& entry : entries_of(r->headers_in)) {
        if (is_kept_header(entry.key)) post.headers.emplace_back(entry.key, view_of(entry.val));
    }
    return post;
}

bool has_fit_headers(const Post& post) {
    std::size_t bytes = 0;
    for (const auto& [name, value] : post.headers) bytes += name.size() + value.size();
    return post.headers.size() <= most_headers && bytes <= longest_headers;
}

// The token of a form that is to send a kept one.
std::optional<std::string> token_in(request_rec* r, std::string_view body) {
    if (!is_form(r) || body.size() > largest_sending_form) return std::nullopt;
    const auto form = Form::parse(body);
    if (!form || !form->has(kept_post_field)) return std::nullopt;
    return std::string{(*form)[kept_post_field]};
}

// Where nothing waits, the form may be one whose session is over: it has this very size, and other bodies are not touched.
bool may_send_kept_post(request_rec* r, const Session& session) {
    if (r->method_number != M_POST || !ap_is_initial_req(r) || !is_form(r)) return false;
    const auto length = announced_length(r);
    if (!length) return false;
    const auto size = static_cast<std::size_t>(*length);
    return session.kept == no_kept_post ? size == sending_form_size : size <= largest_sending_form;
}

void become(request_rec* r, Post post) {
    for (const char* const name : {"Origin", "Referer", "Transfer-Encoding", "Expect"}) apr_table_unset(r->headers_in, name);
    std::vector<std::string> described;
    for (const auto& entry : entries_of(r->headers_in)) {
        if (describes_body(entry.key)) described.emplace_back(entry.key);
    }
    for (const auto& name : described) apr_table_unset(r->headers_in, name.c_str());
    for (const auto& [name, value] : post.headers) apr_table_add(r->headers_in, name.c_str(), value.c_str());
    apr_table_setn(r->headers_in, "Content-Length", apr_off_t_toa(r->pool, static_cast<apr_off_t>(post.body.size())));
    give_body(r, std::move(post.body));
}

}  // namespace

std::optional<PostedForm> read_posted_form(request_rec* r, const Visit& visit, const Service& service) {
    if (r->method_number != M_POST || !may_be_kept(visit, service.site())) return std::nullopt;
    PostedForm posted;
    posted.most = policy_of(r).keep_post;
    auto body = read_body(r, std::max(posted.most, largest_sending_form));
    if (body.input == RequestBody::Input::failed) return std::nullopt;
    const bool is_whole = body.input == RequestBody::Input::whole;
    if (!is_whole) skip_body(r);
    if (is_whole && token_in(r, body.bytes)) {
        posted.input = PostedForm::Input::sends_kept;
        return posted;
    }
    const bool is_fit_place = engine_of(r) == Engine::on && posted.most > 0;
    if (!is_fit_place || !is_fit_target(visit.target, service.site())) {
        posted.input = PostedForm::Input::unfit;
        return posted;
    }
    if (!is_whole || body.bytes.size() > posted.most) {
        posted.input = PostedForm::Input::too_large;
        return posted;
    }
    posted.post = post_of(r, std::move(body.bytes));
    if (!has_fit_headers(posted.post)) posted.input = PostedForm::Input::unfit;
    return posted;
}

int send_kept_post(request_rec* r, const Service& service, const Visit& verified) {
    if (!may_send_kept_post(r, *verified.session)) return DECLINED;
    auto body = read_body(r, largest_sending_form);
    if (body.input != RequestBody::Input::whole) return HTTP_BAD_REQUEST;
    const auto token = token_in(r, body.bytes);
    if (!token) {
        give_body(r, std::move(body.bytes));
        return DECLINED;
    }
    Visit visit = verified;
    read_circumstances(r, visit);
    RequestServices services{r, service};
    auto [post, outcome] = send_kept_post(visit, *token, service.site(), services.ports());
    if (!post) return stop_request(r, service, fit_for(visit, std::move(outcome)));
    log_outcome(r, service, outcome);
    become(r, std::move(*post));
    // None of its headers says who it is.
    replace_claims(r, r->user);
    return DECLINED;
}

}  // namespace uzmfa
