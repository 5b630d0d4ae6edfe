// SPDX-License-Identifier: Apache-2.0
#include "crypto/encoding.hpp"
#include "crypto/random.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

struct Vector {
    std::string_view text, base64, base64url, base32, hex;
};

// RFC 4648 §10; the last two show the characters in which the alphabets differ.
constexpr Vector vectors[] = {
    {"", "", "", "", ""},
    {"f", "Zg==", "Zg", "MY", "66"},
    {"fo", "Zm8=", "Zm8", "MZXQ", "666f"},
    {"foo", "Zm9v", "Zm9v", "MZXW6", "666f6f"},
    {"foob", "Zm9vYg==", "Zm9vYg", "MZXW6YQ", "666f6f62"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE", "MZXW6YTB", "666f6f6261"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy", "MZXW6YTBOI", "666f6f626172"},
    {"\xfb\xff\xfe", "+//+", "-__-", "7P774", "fbfffe"},
    {"\xff", "/w==", "_w", "74", "ff"},
};

std::optional<SecretBytes> from_base64url(std::string_view text) {
    SecretBytes bytes(text.size());
    const auto length = decode_base64url(text, bytes);
    if (!length) return std::nullopt;
    bytes.resize(*length);
    return bytes;
}

std::string decoded(std::optional<SecretBytes> bytes) { return bytes ? std::string{text_of(*bytes)} : "(nothing)"; }

TEST(RFC_4648_vectors_are_encoded) {
    for (const auto& vector : vectors) {
        const Case at{vector.text};
        CHECK_EQUAL(base64(bytes_of(vector.text)), vector.base64);
        CHECK_EQUAL(base64url(bytes_of(vector.text)), vector.base64url);
        CHECK_EQUAL(base32(bytes_of(vector.text)), vector.base32);
        CHECK_EQUAL(hex(bytes_of(vector.text)), vector.hex);
    }
}

TEST(RFC_4648_vectors_are_decoded) {
    for (const auto& vector : vectors) {
        const Case at{vector.text};
        CHECK_EQUAL(decoded(from_base64(vector.base64)), vector.text);
        CHECK_EQUAL(decoded(from_base64url(vector.base64url)), vector.text);
    }
}

TEST(every_length_comes_back) {
    for (std::size_t size = 0; size < 70; ++size) {
        const Case at{std::to_string(size)};
        const auto bytes = random_bytes(size);
        CHECK(from_base64(base64(bytes)) == bytes);
        CHECK(from_base64url(base64url(bytes)) == bytes);
        CHECK_EQUAL(hex(bytes), hex_of(text_of(bytes)));
    }
}

TEST(a_base64_text_that_is_not_canonical_is_refused) {
    for (const std::string_view text : {
             "A", "AB", "ABC", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9vYg", "Zm9v=", "=", "====", "Z===", " Zg==", "Zg== ",
             "Zg==\n", "Zm9v\n", "Zm 9v", "Zg==Zg==", "-__-", "_w==", "+/-_", "Zm9v\xc3", "Zm9%3D",
         }) {
        const Case at{text};
        CHECK(!from_base64(text));
    }
    CHECK(!from_base64(std::string_view{"Zm9v\0", 5}));
    CHECK(!from_base64(std::string_view{"Zm\0v", 4}));
}

TEST(a_base64url_text_that_is_not_canonical_is_refused) {
    for (const std::string_view text : {
             "A", "AAAAA", "Zg==", "Zg=", "Zh", "Zm9", "Zm-", "Zm9v=", "+//+", "/w", "=", " Zg", "Zg ", "Zg\n", "Zm 9v", "Zm9v.",
             "Zm9v\xc3\xb6", "Zm9vA",
         }) {
        const Case at{text};
        CHECK(!from_base64url(text));
    }
    CHECK(!from_base64url(std::string_view{"Zm9v\0", 5}));
    CHECK(!from_base64url(std::string_view{"Zm\0v", 4}));
}

TEST(every_change_of_one_character_of_a_base64url_text_is_refused_or_differs) {
    for (const std::size_t size : {30u, 31u, 32u}) {
        const auto bytes = random_bytes(size);
        const auto text = base64url(bytes);
        for (std::size_t i = 0; i < text.size(); ++i) {
            for (int c = 0; c < 256; ++c) {
                auto changed = text;
                changed[i] = static_cast<char>(c);
                if (changed == text) continue;
                const auto other = from_base64url(changed);
                CHECK(!other || *other != bytes);
                CHECK(!other || base64url(*other) == changed);
            }
        }
    }
}

TEST(a_buffer_that_is_too_small_is_not_written_to) {
    std::uint8_t buffer[4] = {1, 2, 3, 4};
    CHECK(!decode_base64url("Zm9vYg", std::span{buffer}.first(3)));
    CHECK_EQUAL(int{buffer[0]}, 1);
    CHECK_EQUAL(int{buffer[3]}, 4);
    CHECK_EQUAL(decode_base64url("Zm9vYg", buffer), std::optional<std::size_t>{4});
    CHECK_EQUAL(decode_base64url("", {}), std::optional<std::size_t>{0});
}

}  // namespace
}  // namespace uzmfa::test
