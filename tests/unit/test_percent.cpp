// SPDX-License-Identifier: Apache-2.0
#include "core/percent.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

using Text = std::optional<std::string>;

TEST(escapes_are_decoded_in_either_case) {
    CHECK_EQUAL(percent_decode("a%20b%2Fc%2f%c3%B6", Plus::literal), Text{"a b/c/\xc3\xb6"});
    CHECK_EQUAL(percent_decode("", Plus::literal), Text{""});
    CHECK_EQUAL(percent_decode("%00", Plus::literal), (Text{std::string(1, '\0')}));
    CHECK_EQUAL(percent_decode("%fF", Plus::literal), Text{"\xff"});
}

TEST(R102_needless_escapes_are_decoded_and_no_others) {
    CHECK_EQUAL(decode_unreserved("/?action=log%6Fut&a%2e%5F%7E%2D=%30"), "/?action=logout&a._~-=0");
    CHECK_EQUAL(decode_unreserved("%26%3d%2F%23%25%00%c3%20+"), "%26%3d%2F%23%25%00%c3%20+");
    CHECK_EQUAL(decode_unreserved("%256f%%6f%6%zz%6"), "%256f%o%6%zz%6");
    CHECK_EQUAL(decode_unreserved(""), "");
}

TEST(escapes_are_decoded_once_only) { CHECK_EQUAL(percent_decode("%2541", Plus::literal), Text{"%41"}); }

TEST(a_plus_is_a_space_in_forms_only) {
    CHECK_EQUAL(percent_decode("a+b%2B", Plus::space), Text{"a b+"});
    CHECK_EQUAL(percent_decode("a+b%2B", Plus::literal), Text{"a+b+"});
}

TEST(broken_escapes_are_refused) {
    for (const std::string_view text :
         {"%", "%4", "a%", "a%4", "%%", "%%41", "%4g", "%g4", "%-1", "% 1", "%+1", "%0x", "%u0041", "%\xc3\xb6", "%4%41"}) {
        const Case at{text};
        CHECK(!percent_decode(text, Plus::literal));
        CHECK(!percent_decode(text, Plus::space));
    }
}

TEST(all_but_unreserved_characters_are_encoded) {
    const std::string_view unreserved = "ABCXYZabcxyz0189-._~";
    CHECK_EQUAL(percent_encode(unreserved), unreserved);
    CHECK_EQUAL(percent_encode("/ ?&=#%+:@'\"<>"), "%2F%20%3F%26%3D%23%25%2B%3A%40%27%22%3C%3E");
    CHECK_EQUAL(percent_encode("\xc3\xb6\r\n"), "%C3%B6%0D%0A");
    CHECK_EQUAL(percent_encode("/a b", "/"), "/a%20b");
    CHECK_EQUAL(percent_encode(""), "");
}

TEST(every_byte_survives_encoding_and_decoding) {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    for (const std::string_view kept : {"", "/", "/:@"}) {
        CHECK_EQUAL(percent_decode(percent_encode(bytes, kept), Plus::literal), Text{bytes});
        CHECK_EQUAL(percent_decode(percent_encode(bytes, kept), Plus::space), Text{bytes});
    }
}

}  // namespace
}  // namespace uzmfa::test
