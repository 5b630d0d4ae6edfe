// SPDX-License-Identifier: Apache-2.0
#include "test.hpp"
#include "view/languages.hpp"

#include <filesystem>
#include <set>

namespace uzmfa::test {
namespace {

const std::string installed = UZMFA_HTML;

// An administrator's folder beside the installed one.
struct OwnFolder {
    TemporaryFolder folder;
    OwnFolder() { std::filesystem::create_directory(folder.path() + "/lang"); }
    Languages load() const { return VALUE(Languages::load({folder.path(), installed})); }
    std::string complaint() const {
        const auto error = ERROR_OF(Languages::load({folder.path(), installed}));
        CHECK(error.kind == ErrorKind::misconfigured);
        return error.detail;
    }
};

std::set<std::string> names_in(std::string_view text) {
    std::set<std::string> names;
    for (const auto name : Messages::names_in(text)) names.emplace(name);
    return names;
}

TEST(R97_four_languages_are_installed_and_English_is_the_first) {
    const auto languages = VALUE(Languages::load({"", installed}));
    CHECK_EQUAL(languages.english().tag, "en");
    for (const auto& [header, tag] : {std::pair{"", "en"}, {"de", "de"}, {"es", "es"}, {"fr", "fr"}, {"de-AT;q=0.8, fr", "fr"},
                                      {"es-MX", "es"}, {"it", "en"}}) {
        CHECK_EQUAL(languages.wanted_by(header).tag, tag);
    }
}

TEST(every_installed_file_has_all_the_texts_and_each_says_what_the_English_one_says) {
    const auto read = [](std::string_view tag) {
        return VALUE(Messages::parse(VALUE(read_file(installed + "/lang/" + std::string{tag} + ".json"))));
    };
    const auto english = read("en");
    for (const std::string_view tag : {"de", "es", "fr"}) {
        const auto messages = read(tag);
        for (const auto& [key, text] : english) {
            const Case at{std::string{tag} + " " + key};
            CHECK(messages.has(key) && !messages[key].empty());
            CHECK_EQUAL(names_in(messages[key]), names_in(text));
        }
        for (const auto& [key, text] : messages) {
            const Case at{std::string{tag} + " " + key};
            CHECK(english.has(key));
        }
    }
}

TEST(an_own_file_changes_single_texts_and_the_rest_is_as_installed) {
    const OwnFolder own;
    own.folder.file("lang/de.json", R"({"login_heading": "Grüß Gott bei {system}"})");
    const auto languages = own.load();
    const auto& german = languages.wanted_by("de").messages;
    CHECK_EQUAL(german["login_heading"], "Grüß Gott bei {system}");
    CHECK_EQUAL(german["password_label"], "Passwort");
    CHECK_EQUAL(languages.english().messages["login_heading"], "Sign in");
}

TEST(one_more_language_is_offered_and_what_it_lacks_is_English_the_own_one_first) {
    const OwnFolder own;
    own.folder.file("lang/it.json", R"({"login_heading": "Accedi"})");
    own.folder.file("lang/en.json", R"({"password_label": "Pass phrase"})");
    const auto languages = own.load();
    const auto& italian = languages.wanted_by("it-IT, de;q=0.5");
    CHECK_EQUAL(italian.tag, "it");
    CHECK_EQUAL(italian.messages["login_heading"], "Accedi");
    CHECK_EQUAL(italian.messages["password_label"], "Pass phrase");
    CHECK_EQUAL(italian.messages["username_label"], "User name");
    CHECK_EQUAL(languages.wanted_by("de").messages["password_label"], "Passwort");
}

TEST(a_text_of_ones_own_is_not_mixed_with_another_ones_forms_for_numbers) {
    const OwnFolder own;
    own.folder.file("lang/it.json", R"({"wait_seconds": "{wait_seconds} s"})");
    own.folder.file("lang/de.json", R"({"browsers_text_one": "1 Browser"})");
    const auto languages = own.load();
    CHECK_EQUAL(languages.wanted_by("it").messages.said("wait_seconds", {{"wait_seconds", "1"}}), "1 s");
    CHECK_EQUAL(languages.wanted_by("de").messages.said("browsers_text", {{"browsers", "1"}}), "1 Browser");
    CHECK_EQUAL(languages.wanted_by("de").messages.said("wait_seconds", {{"wait_seconds", "1"}}), "1 Sekunde");
}

TEST(a_file_that_cannot_be_used_is_named) {
    struct Row {
        std::string_view name;
        std::string_view json;
        std::string_view complaint;
    };
    constexpr Row table[] = {
        {"lang/de.json", "{", "line 1"},
        {"lang/it.json", "", "line 1"},
        {"lang/it.json", "[]", "not a JSON object"},
        {"lang/it.json", R"({"cancel": 7})", "cancel is not a text"},
        {"lang/en.json", R"({"cancel": ["x"]})", "cancel is not a text"},
        {"lang/de.json", R"({"logout_text": "Sie sind {usr}."})", "logout_text cannot say {usr}"},
        {"lang/it.json", R"({"wait_seconds_one": "{wait_hours}"})", "wait_seconds_one cannot say {wait_hours}"},
        {"lang/pt_BR.json", "{}", "is not named after a language"},
        {"lang/de .json", "{}", "is not named after a language"},
        {"lang/-.json", "{}", "is not named after a language"},
    };
    for (const auto& [name, json, complaint] : table) {
        const Case at{std::string{name} + " " + std::string{json}};
        const OwnFolder own;
        own.folder.file(name, json);
        CHECK_CONTAINS(own.complaint(), own.folder.path() + "/" + std::string{name});
        CHECK_CONTAINS(own.complaint(), complaint);
    }
}

TEST(what_is_no_language_file_is_passed_over) {
    const OwnFolder own;
    for (const std::string_view name : {"lang/README", "lang/de.json~", "lang/.de.json", "lang/.#it.json", "it.json"}) {
        own.folder.file(name, "no JSON");
    }
    CHECK_EQUAL(own.load().wanted_by("it").tag, "en");
}

TEST(texts_for_a_template_of_ones_own_may_be_added) {
    const OwnFolder own;
    own.folder.file("lang/en.json", R"({"motto": "For {anybody}"})");
    const auto languages = own.load();
    CHECK_EQUAL(languages.english().messages["motto"], "For {anybody}");
    CHECK_EQUAL(languages.wanted_by("de").messages["motto"], "For {anybody}");
}

}  // namespace
}  // namespace uzmfa::test
