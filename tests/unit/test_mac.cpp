// SPDX-License-Identifier: Apache-2.0
#include "crypto/encoding.hpp"
#include "crypto/mac.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

struct Vector {
    std::string key, message, sha1, sha256, sha512;
};

const std::string counting_key = from_hex("0102030405060708090a0b0c0d0e0f10111213141516171819");

void check(const Vector& vector) {
    const Case at{vector.message};
    const auto key = bytes_of(vector.key);
    const auto message = bytes_of(vector.message);
    if (!vector.sha1.empty()) CHECK_EQUAL(hex(hmac(Digest::sha1, key, message)), vector.sha1);
    if (!vector.sha256.empty()) CHECK_EQUAL(hex(hmac(Digest::sha256, key, message)), vector.sha256);
    if (!vector.sha512.empty()) CHECK_EQUAL(hex(hmac(Digest::sha512, key, message)), vector.sha512);
}

TEST(RFC_2202_vectors_are_met) {
    const Vector vectors[] = {
        {std::string(20, '\x0b'), "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00", {}, {}},
        {"Jefe", "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", {}, {}},
        {std::string(20, '\xaa'), std::string(50, '\xdd'), "125d7342b9ac11cd91a39af48aa17b4f63f175d3", {}, {}},
        {counting_key, std::string(50, '\xcd'), "4c9007f4026250c6bc8414f9bf50c86c2d7235da", {}, {}},
        {std::string(20, '\x0c'), "Test With Truncation", "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04", {}, {}},
        {std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
         "aa4ae5e15272d00e95705637ce8a3b55ed402112", {}, {}},
        {std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data",
         "e8e99d0f45237d786d6bbaa7965c7808bbff1a91", {}, {}},
    };
    for (const auto& vector : vectors) check(vector);
}

TEST(RFC_4231_vectors_are_met) {
    const Vector vectors[] = {
        {std::string(20, '\x0b'), "Hi There", {}, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
         "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e69"
         "6c203a126854"},
        {"Jefe", "what do ya want for nothing?", {}, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
         "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e"
         "070a38bce737"},
        {std::string(20, '\xaa'), std::string(50, '\xdd'), {},
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
         "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee894267427"
         "8859e13292fb"},
        {counting_key, std::string(50, '\xcd'), {}, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
         "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2ad"
         "ebeb10a298dd"},
        {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First", {},
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
         "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b91"
         "5a985d786598"},
        {std::string(131, '\xaa'),
         "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed "
         "before being used by the HMAC algorithm.",
         {}, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
         "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c9"
         "7440fa8c6a58"},
    };
    for (const auto& vector : vectors) check(vector);
}

// FIPS 180-2, appendix B.
TEST(SHA_256_is_as_its_standard_says) {
    const auto digest = [](std::string_view text) { return hex(sha256(bytes_of(text))); };
    CHECK_EQUAL(digest(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK_EQUAL(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(texts_are_equal_in_constant_time_where_they_are_equal) {
    CHECK(equal_in_constant_time("", ""));
    CHECK(equal_in_constant_time("123456", "123456"));
    CHECK(!equal_in_constant_time("123456", "023456"));
    CHECK(!equal_in_constant_time("123456", "123457"));
    CHECK(!equal_in_constant_time("123456", "12345"));
    CHECK(!equal_in_constant_time("12345", "123456"));
    CHECK(!equal_in_constant_time("", "1"));
    CHECK(equal_in_constant_time(std::string_view{"1\0002", 3}, std::string_view{"1\0002", 3}));
    CHECK(!equal_in_constant_time(std::string_view{"1\0002", 3}, std::string_view{"1\0003", 3}));
}

}  // namespace
}  // namespace uzmfa::test
