// SPDX-License-Identifier: Apache-2.0
#include "test.hpp"
#include "view/messages.hpp"

namespace uzmfa::test {
namespace {

TEST(texts_are_found_by_key_and_an_unknown_key_is_its_own_text) {
    const auto messages = VALUE(Messages::parse(R"({"hello": "Gr\u00fc\u00df Gott", "empty": ""})"));
    CHECK_EQUAL(messages["hello"], "Gr\xc3\xbc\xc3\x9f Gott");
    CHECK_EQUAL(messages["empty"], "");
    CHECK(messages.has("empty"));
    CHECK_EQUAL(messages["missing"], "missing");
    CHECK(!messages.has("missing"));
}

TEST(what_is_no_flat_object_of_texts_is_refused) {
    for (const std::string_view json : {
             "", "{", "[]", "\"text\"", "1", "null", "{\"a\": 1}", "{\"a\": null}", "{\"a\": {\"b\": \"c\"}}", "{\"a\": [\"b\"]}",
             "{\"a\": \"b\",}", "{\"a\": \"b\"} x", "{a: \"b\"}", "{\"a\": \"\\u0000\"}", "{\"a\": \"\xff\"}", "{\"a\": \"b\", \"a\": \"c\"}",
         }) {
        const Case at{json};
        CHECK(ERROR_OF(Messages::parse(json)).kind == ErrorKind::misconfigured);
    }
    CHECK(ERROR_OF(Messages::parse(std::string(100'000, '['))).kind == ErrorKind::misconfigured);
}

TEST(a_complaint_about_a_language_file_names_the_line_or_the_key) {
    CHECK_CONTAINS(ERROR_OF(Messages::parse("{\n\"a\": \"b\"\n\"c\": \"d\"\n}")).detail, "line 3");
    CHECK_CONTAINS(ERROR_OF(Messages::parse("{\"greeting\": 7}")).detail, "greeting");
}

TEST(names_in_braces_are_filled_in) {
    const Messages::Values values{{"user", "alice"}, {"system", "ERP"}, {"empty", ""}};
    const auto filled = [&](std::string_view text) { return Messages::filled(text, values); };
    CHECK_EQUAL(filled("Hello {user} of {system}."), "Hello alice of ERP.");
    CHECK_EQUAL(filled("{user}{user}"), "alicealice");
    CHECK_EQUAL(filled("[{empty}]"), "[]");
    CHECK_EQUAL(filled(""), "");
    CHECK_EQUAL(filled("no names"), "no names");
}

TEST(unknown_names_and_lone_braces_stay) {
    const Messages::Values values{{"user", "alice"}};
    for (const std::string_view text :
         {"{nobody}", "{}", "{ user }", "{User}", "{", "}", "}{", "a { b", "a } b", "{user", "{us{er}"}) {
        const Case at{text};
        CHECK_EQUAL(Messages::filled(text, values), text);
    }
    CHECK_EQUAL(Messages::filled("{a {user} b}", values), "{a alice b}");
    CHECK_EQUAL(Messages::filled("{{user}}", values), "{alice}");
    CHECK_EQUAL(Messages::filled("}{user}{", values), "}alice{");
}

TEST(a_value_is_not_looked_into_again) {
    const Messages::Values values{{"user", "{system}"}, {"system", "{user}"}, {"open", "{"}, {"name", "user}"}};
    CHECK_EQUAL(Messages::filled("{user}", values), "{system}");
    CHECK_EQUAL(Messages::filled("{user}{system}", values), "{system}{user}");
    CHECK_EQUAL(Messages::filled("{open}{name}", values), "{user}");
    CHECK_EQUAL(Messages::filled("{open}user}", values), "{user}");
}

TEST(one_and_none_have_forms_of_their_own_where_there_are_any) {
    const auto messages = VALUE(Messages::parse(R"({"left": "{count} left of {all}", "left_one": "one left of {all}",
        "left_none": "nothing left", "plain": "{count} plain", "fixed": "fixed", "fixed_one": "never"})"));
    const auto said = [&](std::string_view key, std::string_view count) {
        return messages.said(key, {{"count", std::string{count}}, {"all", "1"}});
    };
    CHECK_EQUAL(said("left", "7"), "7 left of 1");
    CHECK_EQUAL(said("left", "1"), "one left of 1");
    CHECK_EQUAL(said("left", "0"), "nothing left");
    CHECK_EQUAL(said("left", "01"), "01 left of 1");
    CHECK_EQUAL(said("plain", "1"), "1 plain");
    CHECK_EQUAL(said("fixed", "1"), "fixed");
    CHECK_EQUAL(said("missing", "1"), "missing");
    CHECK_EQUAL(messages.said("left", {}), "{count} left of {all}");
}

TEST(the_names_in_a_text_are_found) {
    CHECK_EQUAL(Messages::names_in("{user} of {system}, {user}"), (std::vector<std::string_view>{"user", "system", "user"}));
    CHECK_EQUAL(Messages::names_in("{} { a } {User} {a {b} c{"), (std::vector<std::string_view>{"b"}));
}

TEST(filling_takes_time_in_proportion_to_the_text) {
    CHECK_EQUAL(Messages::filled(std::string(200'000, '{'), {{"user", "x"}}), std::string(200'000, '{'));
}

}  // namespace
}  // namespace uzmfa::test
