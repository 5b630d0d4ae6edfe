// SPDX-License-Identifier: Apache-2.0
#include "crypto/one_time_codes.hpp"
#include "test.hpp"

#include <algorithm>
#include <set>

namespace uzmfa::test {
namespace {

using Normalized = std::optional<std::string>;

TEST(R44_a_code_is_base32_in_groups_of_four) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    for (const std::size_t groups : {recovery_code_groups, temporary_code_groups, std::size_t{1}}) {
        const auto code = new_one_time_code(groups);
        CHECK_EQUAL(code.size(), 5 * groups - 1);
        for (std::size_t i = 0; i < code.size(); ++i) {
            CHECK(i % 5 == 4 ? code[i] == '-' : alphabet.find(code[i]) != alphabet.npos);
        }
    }
}

TEST(R44_no_two_codes_are_alike_and_every_place_has_every_letter) {
    std::set<std::string> codes;
    std::vector<std::set<char>> letters(14);
    for (int i = 0; i < 2000; ++i) {
        const auto code = new_one_time_code(temporary_code_groups);
        CHECK(codes.insert(code).second);
        for (std::size_t place = 0; place < code.size(); ++place) letters[place].insert(code[place]);
    }
    for (std::size_t place = 0; place < letters.size(); ++place) CHECK_EQUAL(letters[place].size(), place % 5 == 4 ? 1 : 32);
}

TEST(a_code_is_read_however_it_is_typed) {
    const std::pair<std::string, std::string> all[] = {
        {"JBSW-Y3DP-EHPK-3PXP", "JBSWY3DPEHPK3PXP"},
        {"jbswy3dpehpk", "JBSWY3DPEHPK"},
        {" jbSW y3dp\tehpk ", "JBSWY3DPEHPK"},
        {"JBSW\xE2\x80\x93Y3DP\xE2\x80\x91" "EHPK", "JBSWY3DPEHPK"},
        {"JBSW\xC2\xA0Y3DP\xE2\x80\xAF" "EHPK", "JBSWY3DPEHPK"},
        {"--JBSWY3DPEHPK--", "JBSWY3DPEHPK"},
        {"0180-AAAA-AAAA", "OIBOAAAAAAAA"},
    };
    for (const auto& [typed, code] : all) {
        const Case at{typed};
        CHECK_EQUAL(normalized_one_time_code(typed), Normalized{code});
        CHECK_EQUAL(normalized_one_time_code(code), Normalized{code});
    }
}

TEST(a_new_code_is_read_as_it_is_shown) {
    for (const std::size_t groups : {recovery_code_groups, temporary_code_groups}) {
        auto code = new_one_time_code(groups);
        const auto normalized = normalized_one_time_code(code);
        std::erase(code, '-');
        CHECK_EQUAL(normalized, Normalized{code});
    }
}

TEST(what_cannot_be_a_code_is_none) {
    for (const std::string typed : {"", "-", "123456", "JBSWY3DPEHP", "JBSWY3DPEHPKA", "JBSWY3DPEHPK3PX", "JBSWY3DPEHPK3PXPA",
                                    "JBSW_Y3DP_EHPK", "JBSW{Y3DPEHPK", "jbsw~3dpehpk", "JBSWY3DPEHP9", "JBSWY3DPEHP=",
                                    "JBSWY3DPEHP\xC3\x84", "JBSWY3DPEHPK\xC2",
                                    "JBSWY3DPEHPK\xE2\x80\x9C", "JBSWY3DPEHPK\n"}) {
        const Case at{typed};
        CHECK(!normalized_one_time_code(typed));
    }
    CHECK(!normalized_one_time_code(std::string_view{"JBSWY3DPEHPK\0", 13}));
    CHECK(!normalized_one_time_code(std::string(100'000, 'A')));
}

TEST(R44_a_digest_is_salted_and_matches_its_code_only) {
    const auto one = salted_digest("JBSWY3DPEHPK"), other = salted_digest("JBSWY3DPEHPK");
    CHECK_EQUAL(one.salt.size(), 32);
    CHECK_EQUAL(one.digest.size(), 64);
    CHECK(one.salt != other.salt && one.digest != other.digest);
    CHECK(matches(one, "JBSWY3DPEHPK") && matches(other, "JBSWY3DPEHPK"));
    for (const std::string_view code : {"", "JBSWY3DPEHPA", "JBSWY3DPEHP", "JBSWY3DPEHPKA"}) CHECK(!matches(one, code));
    CHECK(!matches({one.salt, other.digest}, "JBSWY3DPEHPK"));
    CHECK(!matches({one.salt, ""}, "JBSWY3DPEHPK"));
    CHECK(!matches({}, ""));
}

// printf '%s' 000102030405060708090a0b0c0d0e0fJBSWY3DPEHPK | sha256sum
TEST(a_digest_is_SHA_256_over_the_salt_as_it_stands_and_the_code) {
    CHECK(matches({"000102030405060708090a0b0c0d0e0f", "29d7a54e36719a1d17d1c6a1686c50c0deb4dd77cfebdf570a26c7a22f0b2f8c"},
                  "JBSWY3DPEHPK"));
}

}  // namespace
}  // namespace uzmfa::test
