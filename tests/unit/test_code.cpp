// SPDX-License-Identifier: Apache-2.0
#include "core/code.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

TEST(R19_the_ways_people_write_a_code_are_one_code) {
    for (const std::string_view typed : {
             "123456", "123 456", "123-456", " 123456 ", "1 2 3 4 5 6", "1-2-3-4-5-6", "123\t456", "--123456--",
             "123\xC2\xA0"
             "456",
             "123\xE2\x80\xAF"
             "456",
             "123\xE3\x80\x80"
             "456",
             "\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x93\xEF\xBC\x94\xEF\xBC\x95\xEF\xBC\x96",
             "\xEF\xBC\x91"
             "23456",
         }) {
        const Case at{typed};
        CHECK_EQUAL(normalized_code(typed, 6), std::optional<std::string>{"123456"});
    }
}

TEST(R19_full_width_digits_from_0_to_9_are_digits) {
    CHECK_EQUAL(normalized_code("\xEF\xBC\x90\xEF\xBC\x91\xEF\xBC\x98\xEF\xBC\x99"
                                "00",
                                6),
                std::optional<std::string>{"018900"});
}

TEST(R19_what_is_not_a_code_is_none) {
    for (const std::string_view typed : {
             std::string_view{""}, std::string_view{" "}, std::string_view{"12345"}, std::string_view{"1234567"},
             std::string_view{"12345a"}, std::string_view{"a123456"}, std::string_view{"123456a"},
             std::string_view{"123.456"}, std::string_view{"123,456"}, std::string_view{"+123456"},
             std::string_view{"123_456"}, std::string_view{"0x3456"}, std::string_view{"1e5000"},
             std::string_view{"123456\0", 7}, std::string_view{"\0"
                                                               "123456", 7},
             std::string_view{"123\n456"}, std::string_view{"123456\r\n"},
             std::string_view{"12345\xEF\xBC"}, std::string_view{"12345\xEF"},
             std::string_view{"12345\xEF\xBC\x8F"},  // one before full-width 0
             std::string_view{"12345\xEF\xBC\x9A"},  // one after full-width 9
             std::string_view{"\xD9\xA1\xD9\xA2\xD9\xA3\xD9\xA4\xD9\xA5\xD9\xA6"},  // Arabic-Indic digits
             std::string_view{"12345\xC2\xB2"},  // superscript two
             std::string_view{"123\xE2\x80\x93" "456"},  // en dash
             std::string_view{"12345\xC2"}, std::string_view{"123456\xFF"},
         }) {
        const Case at{typed};
        CHECK(!normalized_code(typed, 6));
    }
}

TEST(a_code_has_exactly_the_digits_asked_for) {
    CHECK_EQUAL(normalized_code("1234 5678", 8), std::optional<std::string>{"12345678"});
    CHECK(!normalized_code("1234567", 8));
    CHECK(!normalized_code("12345678", 6));
    CHECK(!normalized_code("123456", 7));
}

TEST(a_code_with_leading_zeros_keeps_them) {
    CHECK_EQUAL(normalized_code("000000", 6), std::optional<std::string>{"000000"});
    CHECK_EQUAL(normalized_code("000 001", 6), std::optional<std::string>{"000001"});
}

TEST(separators_without_end_are_no_code) {
    CHECK(!normalized_code(std::string(8000, ' '), 6));
    CHECK(!normalized_code(std::string(8000, '1'), 6));
}

}  // namespace
}  // namespace uzmfa::test
