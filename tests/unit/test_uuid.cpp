// SPDX-License-Identifier: Apache-2.0
#include "core/uuid.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

TEST(a_uuid_comes_back_in_lower_case) {
    const auto uuid = uuid_of("0123ABCD-4567-89ab-cdef-FEDCBA987654");
    CHECK(uuid.has_value());
    CHECK_EQUAL(int{(*uuid)[0]}, 1);
    CHECK_EQUAL(int{(*uuid)[15]}, 0x54);
    CHECK_EQUAL(text_of(*uuid), "0123abcd-4567-89ab-cdef-fedcba987654");
}

TEST(what_is_no_uuid_is_refused) {
    for (const std::string_view text :
         {"", "0123abcd-4567-89ab-cdef-fedcba98765", "0123abcd-4567-89ab-cdef-fedcba9876543", "0123abcd045670-9ab-cdef-fedcba987654",
          "g123abcd-4567-89ab-cdef-fedcba987654", "+123abcd-4567-89ab-cdef-fedcba987654", " 123abcd-4567-89ab-cdef-fedcba987654",
          "0123abcd-4567-89ab-cdef-fedcba98765g", "{123abcd-4567-89ab-cdef-fedcba98765}"}) {
        const Case at{text};
        CHECK(!uuid_of(text));
    }
}

// Whose sessions and browsers would be everybody's.
TEST(a_uuid_of_zeros_is_nobodys) { CHECK(!uuid_of("00000000-0000-0000-0000-000000000000")); }

TEST(none_has_no_text) { CHECK_EQUAL(text_of(Uuid{}), ""); }

}  // namespace
}  // namespace uzmfa::test
