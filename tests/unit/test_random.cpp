// SPDX-License-Identifier: Apache-2.0
#include "crypto/random.hpp"
#include "test.hpp"

#include <set>

namespace uzmfa::test {
namespace {

TEST(random_bytes_have_the_size_asked_for_and_do_not_repeat) {
    std::set<SecretBytes> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto bytes = random_bytes(16);
        CHECK_EQUAL(bytes.size(), 16);
        CHECK(seen.insert(bytes).second);
    }
    CHECK(random_bytes(0).empty());
}

TEST(a_random_uuid_has_the_form_of_RFC_4122) {
    std::set<std::string> seen;
    std::set<char> variants;
    for (int i = 0; i < 1000; ++i) {
        const auto uuid = random_uuid();
        CHECK_EQUAL(uuid.size(), 36);
        for (std::size_t at = 0; at < uuid.size(); ++at) {
            const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
            CHECK(dash ? uuid[at] == '-' : (uuid[at] >= '0' && uuid[at] <= '9') || (uuid[at] >= 'a' && uuid[at] <= 'f'));
        }
        CHECK_EQUAL(uuid[14], '4');
        CHECK_CONTAINS("89ab", std::string(1, uuid[19]));
        variants.insert(uuid[19]);
        CHECK(seen.insert(uuid).second);
    }
    CHECK_EQUAL(variants.size(), 4);
}

}  // namespace
}  // namespace uzmfa::test
