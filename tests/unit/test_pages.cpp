// SPDX-License-Identifier: Apache-2.0
#include "test.hpp"
#include "view/pages.hpp"

#include <jansson.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <set>
#include <sstream>

namespace uzmfa::test {
namespace {

const std::string installed = UZMFA_HTML;

const Pages& pages() {
    static const Pages loaded = VALUE(Pages::load({"", installed}));
    return loaded;
}

Site site_named(std::string_view issuer) {
    Site site;
    site.issuer = issuer;
    return site;
}

std::string body_of(const Page& page, const Site& site = site_named("ERP"), int status = 200,
                    std::string_view request_id = "id-1") {
    return VALUE(pages().render(page, status, site, {"", request_id})).body;
}

Page page_with(std::string_view name, std::string_view error,
               std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
    Page page{name, error, {}};
    for (const auto& [key, value] : values) page.with(key, value);
    return page;
}

// A page with all that it may hold.
Page full_page(std::string_view name, std::string_view error, std::string_view text) {
    return page_with(name, error, {{"csrf", text}, {"next", text}, {"user", text}, {"username", text}, {"secret", text},
                                   {"otpauth", text}, {"retry", text}, {"digits", "6"}, {"subject", text}, {"search", text},
                                   {"skip_until", text}, {"skip_by", text}, {"is_enrolled", "1"}, {"codes_left", "9"}});
}

std::string text_of_file(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
    return found;
}

// A copy of the installed pages, to be changed.
struct OwnPages {
    TemporaryFolder folder;
    OwnPages() { std::filesystem::copy(installed, folder.path(), std::filesystem::copy_options::recursive); }
    void remove(std::string_view name) const { std::filesystem::remove(folder.path() + "/" + std::string{name}); }
    std::string complaint() const {
        const auto error = ERROR_OF(Pages::load({"", folder.path()}));
        CHECK(error.kind == ErrorKind::misconfigured);
        return error.detail;
    }
};

constexpr std::string_view html_pages[] = {"login", "enroll", "verify", "logout", "done", "admin", "admin_user", "error"};

TEST(every_page_renders_and_no_mustache_is_left) {
    for (const auto name : html_pages) {
        for (const std::string_view error : {"", "wrong_code", "unavailable"}) {
            const Case at{std::string{name} + " " + std::string{error}};
            const auto rendered = VALUE(pages().render(full_page(name, error, "VALUE"), 200, site_named("ERP"), {"", "id-1"}));
            CHECK_EQUAL(rendered.content_type, "text/html; charset=utf-8");
            CHECK(rendered.body.starts_with("<!DOCTYPE html>"));
            CHECK_CONTAINS(rendered.body, "</html>");
            CHECK_LACKS(rendered.body, "{{");
            CHECK_LACKS(rendered.body, "}}");
            for (const std::string_view left : {"{system}", "{user}", "{digits}", "{minutes}", "{title}"}) {
                CHECK_LACKS(rendered.body, left);
            }
        }
    }
}

TEST(a_page_with_nothing_on_it_renders_too) {
    for (const auto name : html_pages) {
        const Case at{name};
        const auto rendered = VALUE(pages().render(Page{name, {}, {}}, 200, Site{}, Reader{}));
        CHECK_LACKS(rendered.body, "{{");
    }
}

TEST(R72_no_page_has_inline_script_or_style) {
    const std::regex inline_code{R"re(<script(?! src="/)|<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:)re", std::regex::icase};
    for (const auto name : html_pages) {
        const Case at{name};
        CHECK(!std::regex_search(body_of(full_page(name, "wrong_code", "VALUE")), inline_code));
    }
}

TEST(R92_the_code_is_one_field_that_phones_and_password_managers_know) {
    for (const std::string_view name : {"enroll", "verify"}) {
        const Case at{name};
        const auto body = body_of(full_page(name, "", "VALUE").with("skip", ""));
        CHECK_EQUAL(count(body, "autocomplete=\"one-time-code\""), 1);
        CHECK_EQUAL(count(body, "inputmode=\"numeric\""), 1);
        CHECK_EQUAL(count(body, "name=\"code\""), 1);
        CHECK_EQUAL(count(body, "type=\"number\""), 0);
        CHECK_EQUAL(count(body, "type=\"password\""), 0);
    }
}

TEST(R96_an_error_is_announced_and_the_title_says_so) {
    for (const auto& [name, error] : {std::pair{"login", "wrong_password"}, {"enroll", "wrong_code"}, {"verify", "code_used"}}) {
        const Case at{name};
        const auto body = body_of(full_page(name, error, "VALUE"));
        CHECK_CONTAINS(body, "role=\"alert\"");
        CHECK_CONTAINS(body, "aria-describedby=\"error");
        CHECK_CONTAINS(body, "<title>Error: ");
        const auto without = body_of(full_page(name, "", "VALUE"));
        CHECK_LACKS(without, "role=\"alert\"");
        CHECK_LACKS(without, "<title>Error: ");
    }
}

TEST(the_forms_carry_the_token_and_next) {
    for (const std::string_view name : {"login", "enroll", "verify"}) {
        const Case at{name};
        const auto body = body_of(page_with(name, "", {{"csrf", "TOKEN"}, {"next", "/a?b=c"}, {"user", "alice"}}));
        CHECK_CONTAINS(body, "name=\"csrf\" value=\"TOKEN\"");
        CHECK_CONTAINS(body, "name=\"next\" value=\"/a?b=c\"");
        CHECK_CONTAINS(body, "method=\"post\" action=\"/uzmfa/" + std::string{name} + "\"");
    }
    CHECK_LACKS(body_of(page_with("login", "", {{"csrf", "TOKEN"}})), "name=\"next\"");
}

TEST(the_own_path_is_where_the_forms_and_the_assets_are) {
    auto site = site_named("ERP");
    site.own_path = "/auth/mfa";
    for (const auto name : html_pages) {
        const Case at{name};
        const auto body = body_of(full_page(name, "", "VALUE"), site);
        CHECK_CONTAINS(body, "href=\"/auth/mfa/style.css\"");
        CHECK_LACKS(body, "/uzmfa/");
    }
}

TEST(R93_the_secret_is_text_in_groups_that_read_as_one) {
    const auto body =
        body_of(page_with("enroll", "", {{"secret", "ABCDEFGHIJ"}, {"otpauth", "otpauth://totp/x?secret=ABCDEFGHIJ"}}));
    const std::regex element{R"re(<div id="secret"[^>]*>(.*?)</div>)re"};
    std::smatch found;
    CHECK(std::regex_search(body, found, element));
    CHECK_EQUAL(std::regex_replace(found[1].str(), std::regex{"<[^>]*>"}, ""), "ABCDEFGHIJ");
    CHECK_CONTAINS(body, "<span>ABCD</span>");
    CHECK_CONTAINS(body, "<span>IJ</span>");
    CHECK_CONTAINS(body, "id=\"otpauth\" href=\"otpauth:");
}

TEST(R48_the_skip_button_is_there_only_where_a_skip_is) {
    CHECK_CONTAINS(body_of(page_with("verify", "", {{"csrf", "t"}, {"skip", "1"}})), "name=\"skip\"");
    const auto body = body_of(page_with("verify", "", {{"csrf", "t"}}));
    CHECK_LACKS(body, "name=\"skip\"");
    CHECK_CONTAINS(body, "name=\"code\"");
}

TEST(R85_an_error_page_shows_the_request_id) {
    CHECK_CONTAINS(body_of(Page{"error", "unavailable", {}}, site_named("ERP"), 503, "req-42"), "req-42");
    const auto body = body_of(Page{"error", "unavailable", {}}, site_named("ERP"), 503, "");
    CHECK_LACKS(body, "class=\"reference\"");
}

TEST(one_second_is_no_seconds) {
    for (const auto& [accept_language, one, many] : {std::tuple{"en", "wait 1 second,", "wait 2 seconds,"},
                                                     {"de", "warten Sie 1 Sekunde und", "warten Sie 2 Sekunden und"},
                                                     {"fr", "patienter 1 seconde,", "patienter 2 secondes,"},
                                                     {"es", "Espere 1 segundo e", "Espere 2 segundos e"}}) {
        const Case at{accept_language};
        const auto body = [language = accept_language](std::string_view seconds) {
            const auto page = page_with("verify", "too_many_codes", {{"wait_seconds", seconds}});
            return VALUE(pages().render(page, 429, site_named("ERP"), {language, ""})).body;
        };
        CHECK_CONTAINS(body("1"), one);
        CHECK_CONTAINS(body("2"), many);
    }
}

TEST(a_wait_is_told_in_the_unit_that_a_person_would_name) {
    CHECK_CONTAINS(body_of(page_with("verify", "too_many_codes", {{"wait_minutes", "7"}})), "wait 7 min");
    CHECK_CONTAINS(body_of(page_with("error", "provider_limit", {{"wait_hours", "24"}})), "in 24 hours");
}

TEST(R97_an_error_page_has_a_way_out_for_those_who_are_signed_in) {
    CHECK_CONTAINS(body_of(page_with("error", "unavailable", {{"retry", "/uzmfa/verify"}, {"csrf", "t"}})),
                   "action=\"/uzmfa/logout\"");
    CHECK_CONTAINS(body_of(page_with("error", "provider_limit", {{"csrf", "t"}})), "action=\"/uzmfa/logout\"");
    CHECK_LACKS(body_of(page_with("error", "unavailable", {{"retry", "/uzmfa/login"}})), "<form");
}

TEST(every_error_page_of_the_core_has_its_own_heading_and_text) {
    const auto messages = VALUE(Messages::parse(text_of_file(installed + "/lang/en.json")));
    for (const auto reason : {Reason::no_user, Reason::other_sign_in, Reason::not_known, Reason::not_allowed, Reason::insecure,
                              Reason::not_permitted, Reason::foreign_upgrade, Reason::other_user,
                              Reason::not_found, Reason::method_not_allowed, Reason::bad_request, Reason::too_large,
                              Reason::cookies_blocked, Reason::unavailable}) {
        const Case at{name_of(reason)};
        CHECK(messages.has(name_of(reason)));
        CHECK(messages.has(std::string{name_of(reason)} + "_heading"));
    }
    for (const auto reason : {Reason::sign_in_required, Reason::enrollment_required, Reason::verification_required,
                              Reason::form_stale, Reason::wrong_password, Reason::wrong_code, Reason::code_used,
                              Reason::new_secret, Reason::enrollment_expired, Reason::skip_gone}) {
        const Case at{name_of(reason)};
        CHECK(messages.has(name_of(reason)));
    }
}

TEST(every_text_that_a_page_asks_for_is_there) {
    const auto messages = VALUE(Messages::parse(text_of_file(installed + "/lang/en.json")));
    const std::regex text{R"re(\{\{\{?t\.([a-z0-9_]+)\}?\}\})re"};
    for (const auto& entry : std::filesystem::directory_iterator{installed}) {
        if (entry.path().extension() != ".html") continue;
        const auto html = text_of_file(entry.path().string());
        for (auto at = std::sregex_iterator{html.begin(), html.end(), text}; at != std::sregex_iterator{}; ++at) {
            const Case where{entry.path().filename().string() + " " + (*at)[1].str()};
            CHECK(messages.has((*at)[1].str()));
        }
    }
    for (const auto name : html_pages) CHECK(messages.has("title_" + std::string{name}));
}

// --- hostile values ---

TEST(R75_markup_in_any_value_is_inert) {
    constexpr std::string_view hostile = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{system}}{{{csrf}}}&amp;";
    for (const auto name : html_pages) {
        for (const std::string_view error : {"", "wrong_code", "not_known"}) {
            const Case at{std::string{name} + " " + std::string{error}};
            const auto body = body_of(full_page(name, error, hostile), site_named(hostile), 200, hostile);
            CHECK_LACKS(body, "<script>");
            CHECK_LACKS(body, "<img src=x");
            CHECK_LACKS(body, "\"'>");
            CHECK_LACKS(body, "'><");
        }
    }
}

TEST(R75_a_value_is_no_template) {
    const auto body = body_of(page_with("verify", "", {{"user", "{{csrf}}{{{csrf}}}{{#csrf}}x{{/csrf}}"}, {"csrf", "TOKEN"}}));
    CHECK_CONTAINS(body, "{{csrf}}");
    CHECK_CONTAINS(body, "{{{csrf}}}");
    CHECK_CONTAINS(body, "{{#csrf}}x{{/csrf}}");
}

TEST(R75_a_value_is_no_placeholder) {
    const auto body = body_of(page_with("verify", "", {{"user", "{system}{digits}"}, {"csrf", "t"}}));
    CHECK_CONTAINS(body, "{system}{digits}");
}

TEST(R75_an_attribute_cannot_be_left) {
    for (const std::string_view quote : {"\"", "'", "`", "<", ">", "&"}) {
        const auto value = "a" + std::string{quote} + "b onfocus=alert(1)";
        const auto body = body_of(page_with("login", "", {{"username", value}, {"csrf", "t"}}));
        const std::regex field{R"re(<input type="text" id="username" name="username" value="([^"]*)")re"};
        std::smatch found;
        CHECK(std::regex_search(body, found, field));
        CHECK_CONTAINS(found[1].str(), "onfocus");
        if (quote != "`") CHECK_LACKS(found[1].str(), value);
    }
}

TEST(R75_RTL_marks_and_other_controls_cannot_turn_the_text_around_them) {
    // U+202E and U+2066 turn the text that follows, up to the end of the element that isolates them.
    constexpr std::string_view names[] = {"al\xe2\x80\xae" "ice", "\xe2\x81\xa6" "alice", "\xd7\x90\xd7\x91"};
    for (const auto name : names) {
        const Case at{name};
        for (const std::string_view page : {"enroll", "verify", "logout"}) {
            const auto body = body_of(page_with(page, "", {{"user", name}, {"csrf", "t"}}));
            const bool is_isolated = body.find("<bdi>" + std::string{name} + "</bdi>") != body.npos ||
                                     body.find("\xe2\x81\xa8" + std::string{name} + "\xe2\x81\xa9") != body.npos;
            const bool is_removed = body.find(name) == body.npos;
            CHECK(is_isolated || is_removed);
        }
    }
}

// --- problem documents ---

std::unique_ptr<json_t, decltype(&json_decref)> parsed(const std::string& text) {
    return {json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, nullptr), json_decref};
}

std::string member(const json_t* object, const char* name) {
    const char* const text = json_string_value(json_object_get(object, name));
    return text ? text : "(no text)";
}

TEST(R79_a_problem_is_a_json_document_of_RFC_9457) {
    const auto rendered = VALUE(pages().render(page_with("problem", "verification_required", {{"verify_url", "/uzmfa/verify?next=/a"}}),
                                               401, site_named("ERP"), Reader{}));
    CHECK_EQUAL(rendered.content_type, "application/problem+json");
    const auto problem = parsed(rendered.body);
    CHECK(json_is_object(problem.get()));
    CHECK_EQUAL(member(problem.get(), "type"), "about:blank");
    CHECK_EQUAL(member(problem.get(), "error"), "verification_required");
    CHECK_EQUAL(member(problem.get(), "verify_url"), "/uzmfa/verify?next=/a");
    CHECK(member(problem.get(), "title").size() > 10);
    CHECK_EQUAL(json_integer_value(json_object_get(problem.get(), "status")), 401);
}

TEST(R79_a_problem_has_its_title_in_the_language_of_whoever_waits_for_the_call) {
    for (const auto& [wish, language] : {std::pair{"de-AT, en;q=0.5", "de"}, {"", "en"}, {"it", "en"}}) {
        const Case at{wish};
        const auto problem = page_with("problem", "sign_in_required", {});
        const auto rendered = VALUE(pages().render(problem, 401, site_named("ERP"), {wish, ""}));
        const auto messages = VALUE(Messages::parse(text_of_file(installed + "/lang/" + language + ".json")));
        CHECK_EQUAL(member(parsed(rendered.body).get(), "title"), messages["sign_in_required"]);
        CHECK_EQUAL(rendered.language, language);
    }
}

TEST(R79_a_page_on_the_way_to_the_end_of_a_window_says_that_the_window_is_there) {
    const auto says = [](std::string_view own_path, std::string_view next) {
        auto site = site_named("ERP");
        site.own_path = own_path;
        const auto body = body_of(page_with("verify", "", {{"csrf", "t"}, {"next", next}}), site);
        return count(body, "<script src=\"" + std::string{own_path} + "/window.js\" defer>") == 1;
    };
    CHECK(says("/uzmfa", "/uzmfa/done"));
    CHECK(says("/auth/mfa", "/auth/mfa/done"));
    for (const std::string_view next : {"", "/", "/done", "/erp", "/uzmfa/account", "/uzmfa/done?x", "/a/uzmfa/done"}) {
        const Case at{next};
        CHECK(!says("/uzmfa", next));
    }
    CHECK(!says("/auth/mfa", "/uzmfa/done"));
}

TEST(a_problem_says_the_status_it_comes_with) {
    for (const int status : {401, 403, 503}) {
        const auto problem = parsed(body_of(Page{"problem", "unavailable", {}}, site_named("ERP"), status));
        CHECK_EQUAL(json_integer_value(json_object_get(problem.get(), "status")), status);
    }
}

TEST(R75_a_hostile_value_in_a_problem_stays_one_string) {
    for (const std::string_view url : {"\",\"error\":\"x", "</script>\\", "a\nb\x01", "\xe2\x80\xae"}) {
        const Case at{url};
        const auto problem = parsed(body_of(page_with("problem", "sign_in_required", {{"verify_url", url}})));
        CHECK_EQUAL(member(problem.get(), "verify_url"), url);
        CHECK_EQUAL(member(problem.get(), "error"), "sign_in_required");
    }
}

TEST(the_qr_page_is_an_svg) {
    const auto rendered = VALUE(pages().render(page_with("qr", "", {{"otpauth", "otpauth://totp/x"}}), 200, Site{}, Reader{}));
    CHECK_EQUAL(rendered.content_type, "image/svg+xml");
    CHECK(rendered.body.starts_with("<svg"));
}

// --- the files ---

TEST(the_assets_are_there_with_their_types_and_no_other_file_is) {
    CHECK_EQUAL(pages().asset("style.css")->content_type, "text/css; charset=utf-8");
    CHECK_EQUAL(pages().asset("style.css")->body, text_of_file(installed + "/style.css"));
    CHECK_EQUAL(pages().asset("icon.svg")->content_type, "image/svg+xml");
    for (const std::string_view name : {"", "login", "login.html", "lang/en.json", "../LICENSE", "STYLE.CSS", "style.css/"}) {
        const Case at{name};
        CHECK(!pages().asset(name));
    }
}

TEST(a_missing_file_is_named) {
    for (const std::string_view name : {"layout.html", "login.html", "enroll.html", "verify.html", "logout.html", "error.html",
                                        "style.css", "icon.svg", "lang/en.json"}) {
        const Case at{name};
        const OwnPages own;
        own.remove(name);
        CHECK_CONTAINS(own.complaint(), name);
    }
    const TemporaryFolder empty;
    CHECK_CONTAINS(ERROR_OF(Pages::load({"", empty.path() + "/none"})).detail, empty.path() + "/none/");
}

TEST(a_template_that_is_broken_is_named) {
    for (const std::string_view html : {"{{#user}}", "{{/user}}", "{{#a}}{{/b}}", "{{user", "{{{user}}", "{{=x}}", "{{=<% %>=}}",
                                        "Bitte best\xe4tigen"}) {
        const Case at{html};
        const OwnPages own;
        own.folder.file("verify.html", html);
        CHECK_CONTAINS(own.complaint(), "verify.html");
    }
}

TEST(a_part_without_an_end_is_named) {
    const OwnPages own;
    own.folder.file("part_bound.html", "{{> part_token}}");
    VALUE(Pages::load({"", own.folder.path()}));
    own.folder.file("part_token.html", "{{^user}}{{> part_proof}}{{/user}}");
    own.folder.file("part_proof.html", "{{>part_token}}{{> part_token }}");
    CHECK_CONTAINS(own.complaint(), "part_proof.html: holds itself");
    own.folder.file("part_proof.html", "");
    own.folder.file("part_token.html", "{{ >  part_token}}");
    CHECK_CONTAINS(own.complaint(), "part_token.html: holds itself");
}

TEST(a_language_file_that_is_broken_is_named) {
    for (const std::string_view json : {"", "{", "[]", "{\"a\": 1}"}) {
        const OwnPages own;
        own.folder.file("lang/en.json", json);
        CHECK_CONTAINS(own.complaint(), "lang/en.json");
    }
}

TEST(a_file_that_is_too_large_or_a_folder_is_named) {
    const OwnPages own;
    own.folder.file("login.html", std::string((1 << 20) + 1, 'x'));
    CHECK_CONTAINS(own.complaint(), "login.html");
    own.remove("login.html");
    std::filesystem::create_directory(own.folder.path() + "/login.html");
    CHECK_CONTAINS(own.complaint(), "login.html");
}

TEST(an_own_folder_beats_the_installed_files_and_may_lack_any) {
    const TemporaryFolder folder;
    folder.file("verify.html", "<h1>Mine, {{user}}</h1>");
    folder.file("style.css", "body { color: red }");
    const auto own = VALUE(Pages::load({folder.path(), installed}));
    const auto page = page_with("verify", "", {{"user", "<alice>"}});
    const auto body = VALUE(own.render(page, 200, site_named("ERP"), Reader{})).body;
    CHECK_CONTAINS(body, "<h1>Mine, &lt;alice&gt;</h1>");
    CHECK_CONTAINS(body, "<!DOCTYPE html>");
    CHECK_EQUAL(own.asset("style.css")->body, "body { color: red }");
    CHECK_CONTAINS(VALUE(own.render(Page{"logout", {}, {}}, 200, Site{}, Reader{})).body, "Sign out");
}

TEST(a_template_that_asks_for_what_is_not_there_is_named) {
    for (const std::string_view html : {"{{t.greeting}}", "<p>{{{ t.greeting }}}</p>", "{{&t.greeting}}", "{{#t.greeting}}x{{/t.greeting}}",
                                        "{{t.}}", "{{> part_foot}}", "{{> login}}", "{{>part_error.html}}"}) {
        const Case at{html};
        const TemporaryFolder folder;
        folder.file("verify.html", html);
        const auto complaint = ERROR_OF(Pages::load({folder.path(), installed})).detail;
        CHECK_CONTAINS(complaint, folder.path() + "/verify.html: there is no {{");
    }
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.path() + "/lang");
    folder.file("verify.html", "{{! t.nothing }}{{ t.greeting }}{{#t.greeting}}{{>part_error}}{{/t.greeting}}");
    folder.file("lang/en.json", R"({"greeting": "Good <morning>"})");
    const auto own = VALUE(Pages::load({folder.path(), installed}));
    CHECK_CONTAINS(VALUE(own.render(page_with("verify", "", {}), 200, Site{}, {"de", ""})).body, "Good &lt;morning&gt;");
}

TEST(R97_a_page_is_in_the_language_that_is_wanted_and_says_so) {
    for (const auto& [accept_language, tag, text] : {std::tuple{"de-CH", "de", "Doch die Authenticator-App verwenden"},
                                                     {"it", "en", "Use the authenticator app"},
                                                     {"fr", "fr", "Chacun ne sert"},
                                                     {"es", "es", "Está iniciando sesión como"}}) {
        const Case at{accept_language};
        const auto page = page_with("recovery", "wrong_recovery_code", {{"user", "alice"}});
        const auto rendered = VALUE(pages().render(page, 401, site_named("ERP"), {accept_language, ""}));
        CHECK_EQUAL(rendered.language, tag);
        CHECK_CONTAINS(rendered.body, "<html lang=\"" + std::string{tag} + "\" dir=\"ltr\">");
        CHECK_CONTAINS(rendered.body, text);
    }
}

TEST(a_problem_has_its_title_in_the_language_of_its_reader) {
    const auto problem = Page{"problem", "verification_required", {}};
    const auto german = VALUE(pages().render(problem, 401, Site{}, {"de", ""}));
    CHECK(german.body != VALUE(pages().render(problem, 401, Site{}, Reader{})).body);
    CHECK_CONTAINS(german.body, "\"error\":\"verification_required\"");
    CHECK_EQUAL(german.language, "de");
}

TEST(a_browser_with_a_name_is_told_in_the_language_of_the_page) {
    Page page{"account", {}, {}};
    page.lists.emplace_back("sessions",
                            std::vector<Page::Values>{{{"at", "now"}, {"browser", "Firefox"}, {"system", "<Linux>"}}});
    for (const auto& [tag, name] : {std::pair{"en", "Firefox on &lt;Linux&gt;"}, {"fr", "Firefox sur &lt;Linux&gt;"}}) {
        CHECK_CONTAINS(VALUE(pages().render(page, 200, Site{}, {tag, ""})).body, name);
    }
}

TEST(R75_markup_in_a_language_file_is_inert) {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.path() + "/lang");
    folder.file("lang/it.json", R"({"login_heading": "<script>alert(1)</script>", "title_login": "</title><script>",
        "direction": "\"><script>", "wrong_password": "<img src=x>{{{t.cancel}}}"})");
    const auto own = VALUE(Pages::load({folder.path(), installed}));
    const auto body = VALUE(own.render(page_with("login", "wrong_password", {{"csrf", "TOKEN"}}), 200, Site{}, {"it", ""})).body;
    for (const std::string_view raw : {"<script>", "</title><", "<img src=x"}) CHECK_LACKS(body, raw);
    CHECK_CONTAINS(body, "{{{t.cancel}}}");
}

TEST(a_broken_file_in_the_own_folder_is_an_error_and_not_passed_over) {
    const TemporaryFolder folder;
    folder.file("verify.html", "{{#user}}");
    CHECK_CONTAINS(ERROR_OF(Pages::load({folder.path(), installed})).detail, "verify.html");
}

}  // namespace
}  // namespace uzmfa::test
