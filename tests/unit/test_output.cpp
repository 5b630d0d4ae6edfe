// SPDX-License-Identifier: Apache-2.0
#include "ctl/output.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

TEST(a_moment_is_shown_in_UTC) { CHECK_EQUAL(utc(from_unix_time(1777638896)), "2026-05-01 12:34:56 UTC"); }

TEST(a_moment_for_programs_is_ISO_8601) { CHECK_EQUAL(iso_8601(from_unix_time(1777638896)), "2026-05-01T12:34:56Z"); }

TEST(what_is_empty_or_no_text_is_null_in_JSON) {
    const auto json = JsonObject{}.add("a", "").add("b", "\xff").add("c", "x").add("d", std::optional<Moment>{}).take();
    CHECK(json_is_null(json_object_get(json.get(), "a")));
    CHECK(json_is_null(json_object_get(json.get(), "b")));
    CHECK_EQUAL(json_string_value(json_object_get(json.get(), "c")), "x");
    CHECK(json_is_null(json_object_get(json.get(), "d")));
}

}  // namespace
}  // namespace uzmfa::test
