// SPDX-License-Identifier: Apache-2.0
#include "core/kept_post.hpp"
#include "crypto/keys.hpp"
#include "crypto/tokens.hpp"
#include "test.hpp"

#include <bitset>
#include <set>

namespace uzmfa::test {
namespace {

SecretBytes key(std::uint8_t value) { return SecretBytes(key_bytes, value); }

SessionId id_of(std::uint8_t value) {
    SessionId id{};
    id[15] = value;
    return id;
}

TEST(R55_100000_session_ids_do_not_repeat_and_each_bit_is_even) {
    const SessionTokens tokens{{key(1)}};
    constexpr int count = 100'000;
    std::set<SessionId> seen;
    std::array<int, 128> ones{};
    for (int i = 0; i < count; ++i) {
        const auto id = tokens.new_session_id();
        CHECK(seen.insert(id).second);
        for (std::size_t bit = 0; bit < 128; ++bit) ones[bit] += id[bit / 8] >> bit % 8 & 1;
    }
    // Seven standard deviations of 158.
    for (const int each : ones) CHECK(each > count / 2 - 1107 && each < count / 2 + 1107);
}

TEST(R69_a_form_token_belongs_to_one_session) {
    const SessionTokens tokens{{key(1)}};
    const auto token = tokens.form_token(id_of(1));
    CHECK_EQUAL(token.size(), 22);
    CHECK_EQUAL(kept_post_field.size() + 1 + token.size(), sending_form_size);
    CHECK_EQUAL(tokens.form_token(id_of(1)), token);
    CHECK(tokens.is_form_token(token, id_of(1)));
    CHECK(!tokens.is_form_token(token, id_of(2)));
    CHECK(tokens.form_token(id_of(2)) != token);
}

TEST(R69_what_only_resembles_a_form_token_is_none) {
    const SessionTokens tokens{{key(1)}};
    const auto token = tokens.form_token(id_of(1));
    CHECK(!tokens.is_form_token("", id_of(1)));
    CHECK(!tokens.is_form_token(token + "A", id_of(1)));
    CHECK(!tokens.is_form_token(token + "==", id_of(1)));
    CHECK(!tokens.is_form_token(" " + token, id_of(1)));
    for (std::size_t i = 0; i < token.size(); ++i) {
        CHECK(!tokens.is_form_token(token.substr(0, i), id_of(1)));
        auto changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK(!tokens.is_form_token(changed, id_of(1)));
    }
}

TEST(a_form_token_can_stand_in_html_and_in_a_url_as_it_is) {
    const SessionTokens tokens{{key(1)}};
    for (std::uint8_t i = 0; i < 200; ++i) {
        for (const char c : tokens.form_token(id_of(i))) {
            CHECK_CONTAINS("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", std::string(1, c));
        }
    }
}

TEST(R66_tokens_under_any_key_of_the_ring_are_taken) {
    const SessionTokens before{{key(1)}};
    const SessionTokens during{{key(2), key(1)}};
    const SessionTokens after{{key(2)}};
    const auto old_token = before.form_token(id_of(1));
    CHECK(during.is_form_token(old_token, id_of(1)));
    CHECK(!after.is_form_token(old_token, id_of(1)));
    CHECK_EQUAL(during.form_token(id_of(1)), after.form_token(id_of(1)));
    CHECK(after.is_form_token(during.form_token(id_of(1)), id_of(1)));
}

TEST(R44_a_code_is_told_by_its_length_and_what_is_none_is_no_code) {
    const SessionTokens tokens{{key(1)}};
    const auto recovery = tokens.one_time_code(tokens.new_recovery_code());
    CHECK(recovery && recovery->kind == OneTimeCode::Kind::recovery);
    const auto temporary = tokens.one_time_code(tokens.new_temporary_code());
    CHECK(temporary && temporary->kind == OneTimeCode::Kind::temporary);
    CHECK(temporary->text.size() != recovery->text.size());
    for (const std::string_view typed : {"", "123456", "JBSW-Y3DP"}) CHECK(!tokens.one_time_code(typed));
    CHECK_EQUAL(tokens.digest_of(id_of(1)), digest_of(id_of(1)));
}

// The first half of the SHA-256 of sixteen bytes.
TEST(R87_a_session_is_called_by_a_digest_of_its_id) {
    CHECK_EQUAL(digest_of(SessionId{}), "374708fff7719dd5");
    CHECK(digest_of(id_of(1)) != digest_of(id_of(2)));
}

}  // namespace
}  // namespace uzmfa::test
