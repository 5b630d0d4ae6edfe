// SPDX-License-Identifier: Apache-2.0
#include "core/text.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

TEST(a_text_is_trimmed_at_its_ends) {
    CHECK_EQUAL(trimmed("  a b\t", " \t"), "a b");
    CHECK_EQUAL(trimmed("a", " "), "a");
    CHECK_EQUAL(trimmed(" \t", " \t"), "");
    CHECK_EQUAL(trimmed("", " "), "");
}

TEST(case_is_that_of_ASCII) {
    CHECK_EQUAL(lower("AZ@[\xC3\x84"), "az@[\xC3\x84");
    CHECK(equal_in_any_case("Off", "oFF"));
    CHECK(!equal_in_any_case("Off", "Of"));
    CHECK(!equal_in_any_case("@", "`"));
}

TEST(a_number_is_digits_alone_and_fits) {
    CHECK(number_in<std::uint16_t>("65535") == 65535);
    CHECK(number_in<int>("007") == 7);
    for (const std::string_view text : {"", "-1", "+1", " 1", "1 ", "1s", "0x1", "65536"}) {
        const Case at{text};
        CHECK(!number_in<std::uint16_t>(text));
    }
    CHECK(!number_in<std::int64_t>("-1"));
}

// RFC 3629 §3, §4.
TEST(the_first_and_the_last_of_each_length_are_UTF_8) {
    for (const std::string_view text : {
             "", "plain", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
             "\xef\xbb\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "a\xc3\xb6z\xe2\x82\xac\xf0\x9f\x94\x92.",
         }) {
        const Case at{text};
        CHECK(is_utf8(text));
    }
    CHECK(is_utf8(std::string_view{"\0", 1}));
}

TEST(what_is_not_shortest_or_not_a_character_is_not_UTF_8) {
    for (const std::string_view text : {
             "\x80", "\xbf", "\xc0\x80", "\xc0\xaf", "\xc1\xbf", "\xc2", "\xc2\x7f", "\xc2\xc0", "\xdf", "\xe0\x80\x80",
             "\xe0\x9f\xbf", "\xe1\x80", "\xe1", "\xed\xa0\x80", "\xed\xbf\xbf", "\xed\xa0\xbd\xed\xb2\x92", "\xef\xbf",
             "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
             "\xf7\xbf\xbf\xbf", "\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80", "\xfe", "\xff", "a\xffz", "\xc3\xb6\xb6",
             "\xe2\x82\xc2\xac", "\xe2\x28\xa1", "\xf0\x28\x8c\xbc",
         }) {
        const Case at{text};
        CHECK(!is_utf8(text));
    }
}

TEST(a_slash_at_the_end_goes) {
    CHECK_EQUAL(without_slash_at_end("https://host"), "https://host");
    CHECK_EQUAL(without_slash_at_end("https://host/"), "https://host");
    CHECK_EQUAL(without_slash_at_end("https://host/base//"), "https://host/base");
}

}  // namespace
}  // namespace uzmfa::test
