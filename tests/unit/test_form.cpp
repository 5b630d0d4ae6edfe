// SPDX-License-Identifier: Apache-2.0
#include "core/form.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

TEST(fields_are_found_by_name) {
    const auto form = Form::parse("username=alice&password=a+b%20c%2B&csrf=");
    CHECK(form.has_value());
    CHECK_EQUAL((*form)["username"], "alice");
    CHECK_EQUAL((*form)["password"], "a b c+");
    CHECK_EQUAL((*form)["csrf"], "");
    CHECK(form->has("csrf"));
    CHECK_EQUAL((*form)["missing"], "");
    CHECK(!form->has("missing"));
}

TEST(an_empty_form_has_no_fields) {
    for (const std::string_view text : {"", "&", "&&&"}) {
        const auto form = Form::parse(text);
        CHECK(form.has_value());
        CHECK(!form->has(""));
    }
}

TEST(a_field_without_an_equals_sign_is_empty) {
    const auto form = Form::parse("skip&code=1");
    CHECK(form.has_value());
    CHECK(form->has("skip"));
    CHECK_EQUAL((*form)["skip"], "");
    CHECK_EQUAL((*form)["code"], "1");
}

TEST(a_value_may_hold_equals_signs) { CHECK_EQUAL((*Form::parse("next=/a?b=c"))["next"], "/a?b=c"); }

TEST(names_are_decoded_too) { CHECK_EQUAL((*Form::parse("us%65r+name=x"))["user name"], "x"); }

TEST(names_match_exactly) {
    const auto form = Form::parse("Code=1&code[]=2");
    CHECK(form.has_value());
    CHECK(!form->has("code"));
}

TEST(R74_a_repeated_field_is_refused) {
    for (const std::string_view text : {"code=1&code=2", "code=1&code=1", "code&code", "code=1&c%6Fde=2", "=1&=2",
                                        "a=1&code=1&b=2&code=", "code=1&&code=1"}) {
        const Case at{text};
        CHECK(!Form::parse(text));
    }
}

TEST(R74_a_field_in_the_form_and_in_the_query_overlaps) {
    const auto form = *Form::parse("code=1&csrf=x");
    CHECK(form.overlaps(*Form::parse("next=/&code=")));
    CHECK(!form.overlaps(*Form::parse("next=/")));
    CHECK(!form.overlaps(Form{}));
    CHECK(!Form{}.overlaps(form));
}

TEST(NUL_is_refused_raw_and_escaped) {
    CHECK(!Form::parse(std::string_view{"code=1\0", 7}));
    CHECK(!Form::parse(std::string_view{"co\0de=1", 7}));
    CHECK(!Form::parse("code=%00"));
    CHECK(!Form::parse("code=123%00456"));
    CHECK(!Form::parse("%00=1"));
}

TEST(broken_escapes_are_refused_in_names_and_values) {
    for (const std::string_view text : {"code=%", "code=%4", "code=%zz", "%=1", "%4=1", "a=1&b=%&c=2"}) {
        const Case at{text};
        CHECK(!Form::parse(text));
    }
}

TEST(text_that_is_not_UTF_8_is_refused_in_names_and_values) {
    for (const std::string_view text : {"code=%ff", "code=\xff", "%ff=1", "code=%c3", "code=%c3&a=%b6", "a=%e4"}) {
        const Case at{text};
        CHECK(!Form::parse(text));
    }
    CHECK_EQUAL((*Form::parse("a=%c3%b6"))["a"], "\xc3\xb6");
    CHECK_EQUAL((*Form::parse("a=%c3\xb6"))["a"], "\xc3\xb6");
}

TEST(a_form_has_32_fields_at_most) {
    std::string text;
    for (int i = 0; i < 32; ++i) text += "&f" + std::to_string(i) + "=" + std::to_string(i);
    const auto form = Form::parse(text);
    CHECK(form.has_value());
    CHECK_EQUAL((*form)["f31"], "31");
    CHECK(!Form::parse(text + "&f32=32"));
}

TEST(a_field_may_be_as_long_as_the_form) {
    const std::string long_value(longest_form - 5, 'x');
    CHECK_EQUAL((*Form::parse("code=" + long_value))["code"], long_value);
}

}  // namespace
}  // namespace uzmfa::test
