// SPDX-License-Identifier: Apache-2.0
#include "view/pages.hpp"

#include "core/percent.hpp"
#include "core/text.hpp"
#include "view/json.hpp"
#include "view/plot_svg.hpp"
#include "view/qr_svg.hpp"

#include <kainjow/mustache.hpp>

#include <algorithm>
#include <numeric>
#include <tuple>

namespace uzmfa {
namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

constexpr std::string_view layout = "layout";
constexpr std::string_view part = "part_";  // {{> part_error}} in the others
constexpr std::string_view templates[] = {
    layout, "login", "enroll", "verify", "recovery", "recovery_codes", "logout", "account", "admin", "admin_user", "admin_events",
    "kept", "not_kept", "done", "part_action", "part_bound", "part_error", "part_events", "part_logged", "part_notice",
    "part_plot_head", "part_proof", "part_token", "error",
};
constexpr std::pair<std::string_view, std::string_view> asset_types[] = {
    {"style.css", "text/css; charset=utf-8"},
    {"icon.svg", "image/svg+xml"},
    {"submit.js", "text/javascript; charset=utf-8"},
    {"recovery_codes.js", "text/javascript; charset=utf-8"},
    {"uzmfa.js", "text/javascript; charset=utf-8"},
    {"wait.js", "text/javascript; charset=utf-8"},
    {"window.js", "text/javascript; charset=utf-8"},
    {"done.js", "text/javascript; charset=utf-8"},
};
constexpr std::string_view html_type = "text/html; charset=utf-8";

bool is_part(std::string_view name) {
    return name.starts_with(part) && std::ranges::find(templates, name) != std::end(templates);
}

// The secret in groups of four, for the eye.
data groups_of(std::string_view secret) {
    data groups{data::type::list};
    for (std::size_t at = 0; at < secret.size(); at += 4) groups << data{std::string{secret.substr(at, 4)}};
    return groups;
}

data lines_of(std::string_view text) {
    data lines{data::type::list};
    while (!text.empty()) {
        lines << data{std::string{take_until('\n', text)}};
    }
    return lines;
}

// A name within a sentence, which it must not turn around (Unicode UAX #9): its own embeddings, overrides
// and isolates (U+202A…202E, U+2066…2069) go, and it is isolated as a whole.
std::string isolated(std::string_view name) {
    constexpr std::string_view first_strong_isolate = "\xe2\x81\xa8";
    constexpr std::string_view pop_isolate = "\xe2\x81\xa9";
    std::string out{first_strong_isolate};
    while (!name.empty()) {
        const auto three = name.substr(0, 3);
        const bool turns = (three >= "\xe2\x80\xaa" && three <= "\xe2\x80\xae") ||
                           (three >= "\xe2\x81\xa6" && three <= "\xe2\x81\xa9");
        if (!turns) out.push_back(name.front());
        name.remove_prefix(turns ? three.size() : 1);
    }
    return out.append(pop_isolate);
}

// What a row says to people: its browser as it calls itself, or as others call it; its event in their language.
Messages::Values in_words(const Page::Values& row, const Messages& messages) {
    Messages::Values values;
    for (const auto& [key, value] : row) values[std::string{key}] = value;
    if (values.contains("system")) values["browser"] = messages.said("browser_on", values);
    if (values.contains("event")) values["event"] = messages["event_" + values["event"]];
    if (values.contains("logged")) values["event"] = messages["log_" + values["logged"]];
    for (const auto* key : {"browser", "user_agent"}) {
        if (const auto found = values.find(key); found != values.end()) found->second = isolated(found->second);
    }
    return values;
}

data list_of(const std::vector<Page::Values>& rows, const Messages& messages) {
    data list{data::type::list};
    for (const auto& row : rows) {
        data item;
        for (const auto& [key, value] : in_words(row, messages)) item.set(key, value);
        list << item;
    }
    return list;
}

Result<std::string> rendered(const std::string& text, const data& values) {
    // The library keeps its state in the parsed template, so that one cannot serve two threads.
    mustache parsed{text};
    auto out = parsed.render(values);
    if (!parsed.is_valid()) return Error{ErrorKind::damaged, "a template does not render: " + parsed.error_message()};
    return out;
}

// RFC 9457. What fits one user only is the detail of a title that fits all.
std::string problem_json(const Page& page, int status, const Messages& messages) {
    const std::string error{page.error};
    // An error page's heading, where the reason has one.
    const std::string heading = error + "_heading";
    const std::string title{messages[!page.notice.empty() ? page.notice : messages.has(heading) ? heading : error]};
    JsonObject problem;
    problem.add("type", "about:blank").add("title", title).add("status", std::int64_t{status}).add("error", error);
    Messages::Values values;
    for (const auto& [key, value] : page.values) {
        values[std::string{key}] = value;
        if (!value.empty()) problem.add(std::string{key}.c_str(), value);
    }
    if (!page.notice.empty()) problem.add("detail", messages.said(error, values));
    return text_of(problem.take());
}

std::string_view value_in(const Page::Values& values, std::string_view key) {
    for (const auto& [name, value] : values) {
        if (name == key) return value;
    }
    return {};
}

// A row of bars for each of what is counted.
Plot plot_of(const Page& page, const Messages& messages) {
    constexpr std::tuple<std::string_view, std::string_view, const char*> rows[] = {
        {"sign_in", "plot_sign_ins", "#1f5fa8"},
        {"verification", "plot_verifications", "#1f7a3f"},
        {"failure", "plot_failures", "#b3261e"}};
    Plot plot;
    const auto& bars = page.lists.front().second;
    for (const auto& [key, label, colour] : rows) {
        PlotRow row{std::string{messages[label]}, {}, colour, {}};
        for (const auto& bar : bars) row.numbers.push_back(std::strtoll(std::string{value_in(bar, key)}.c_str(), nullptr, 10));
        const auto sum = std::accumulate(row.numbers.begin(), row.numbers.end(), std::int64_t{0});
        const auto most = *std::ranges::max_element(row.numbers);
        row.said = messages.said("plot_sum", {{"sum", std::to_string(sum)}, {"most", std::to_string(most)}});
        plot.rows.push_back(std::move(row));
    }
    plot.first = value_in(bars.front(), "time");
    plot.last = value_in(bars.back(), "time");
    return plot;
}

std::string_view value_of(const Page& page, std::string_view key) { return value_in(page.values, key); }

}  // namespace

Result<Pages> Pages::load(const Folders& folders) {
    Pages pages;
    auto languages = Languages::load(folders);
    if (!languages) return languages.error();
    pages.languages_ = std::move(*languages);
    for (const auto name : templates) {
        const auto path = path_of(folders, std::string{name} + ".html");
        auto text = read_file(path);
        if (!text) return text.error();
        if (!is_utf8(*text)) return misconfigured(path + " is not UTF-8");
        const mustache parsed{*text};
        if (!parsed.is_valid()) return misconfigured(path + ": " + parsed.error_message());
        const auto unknown = unknown_tag_in(*text, pages.languages_.english().messages, is_part);
        if (!unknown.empty()) return misconfigured(path + ": there is no {{" + std::string{unknown} + "}}");
        pages.templates_.emplace(name, std::move(*text));
    }
    for (const auto& [name, text] : pages.templates_) {
        if (!holds_itself(name, pages.templates_)) continue;
        return misconfigured(path_of(folders, name + ".html") + ": holds itself without end");
    }
    for (const auto& [name, type] : asset_types) {
        auto text = read_file(path_of(folders, std::string{name}));
        if (!text) return text.error();
        pages.assets_.emplace(name, Rendered{type, std::move(*text)});
    }
    return pages;
}

const Rendered* Pages::asset(std::string_view name) const {
    const auto found = assets_.find(name);
    return found == assets_.end() ? nullptr : &found->second;
}

Result<Rendered> Pages::render(const Page& page, int status, const Site& site, const Reader& reader) const {
    if (page.name == "qr") {
        auto svg = qr_svg(value_of(page, "otpauth"));
        if (!svg) return svg.error();
        return Rendered{"image/svg+xml", std::move(*svg)};
    }
    const Language& language = languages_.wanted_by(reader.accept_language);
    if (page.name == "problem") {
        return Rendered{"application/problem+json", problem_json(page, status, language.messages), language.tag};
    }
    if (page.name == "plot") return Rendered{"image/svg+xml", plot_svg(plot_of(page, language.messages)), language.tag};
    auto text = html(page, site, language, reader.request_id);
    if (!text) return text.error();
    return Rendered{html_type, std::move(*text), language.tag};
}

Result<std::string> Pages::html(const Page& page, const Site& site, const Language& language, std::string_view request_id) const {
    const std::string name{page.name};
    const std::string error{page.error};
    const Messages& messages = language.messages;

    Messages::Values values{{"system", std::string{site.issuer}},
                            {"minutes", std::to_string(pending_lifetime.count() / 60)},
                            {"digits", std::to_string(site.totp_digits)}};
    for (const auto& [key, value] : page.values) values[std::string{key}] = value;
    for (const auto unit : {"wait_seconds", "wait_minutes", "wait_hours"}) {
        if (values.contains(unit)) values["wait"] = messages.said(unit, values);
    }

    data context;
    for (const auto& [key, value] : values) context.set(key, value);
    for (const auto* key : {"user", "subject"}) {
        if (const auto found = values.find(key); found != values.end()) found->second = isolated(found->second);
    }
    data texts;
    for (const auto& [key, text] : messages) texts.set(key, messages.said(key, values));
    context.set("t", texts);
    context.set("lang", language.tag);
    context.set("template", name);
    context.set("base", std::string{site.own_path});
    if (!site.help_url.empty()) context.set("help_url", std::string{site.help_url});
    if (!request_id.empty()) context.set("request_id", std::string{request_id});
    if (const auto secret = value_of(page, "secret"); !secret.empty()) context.set("secret_groups", groups_of(secret));
    if (const auto codes = value_of(page, "recovery_codes"); !codes.empty()) context.set("recovery_code_list", lines_of(codes));
    for (const auto& [key, rows] : page.lists) context.set(std::string{key}, list_of(rows, messages));
    if (const auto next = value_of(page, "next"); !next.empty()) {
        context.set("next_query", "?next=" + percent_encode(next, "/"));
        if (next == std::string{site.own_path} + "/done") context.set("in_window", data::type::bool_true);
    }

    auto title = messages.said("title_" + name, values);
    if (!page.notice.empty()) context.set("notice", messages.said(page.notice, values));
    if (name == "error") {
        context.set("heading", messages.said(error + "_heading", values));
        context.set("text", messages.said(error, values));
        title = messages.said(error + "_heading", values);
    } else if (!error.empty()) {
        context.set("error", messages.said(error, values));
        values["title"] = title;
        title = messages.said("title_error_prefix", values);
    }
    context.set("title", title);
    for (const auto& [file, text] : templates_) {
        if (file.starts_with(part)) context.set(file, kainjow::mustache::partial{[&text = text] { return text; }});
    }

    auto content = rendered(templates_.find(name)->second, context);
    if (!content) return content.error();
    context.set("content", *content);
    return rendered(templates_.find(layout)->second, context);
}

}  // namespace uzmfa
