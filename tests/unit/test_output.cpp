// SPDX-License-Identifier: Apache-2.0
#include "ctl/output.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

TEST(a_terminal_gets_no_control_characters) {
    CHECK_EQUAL(printable("alice"), "alice");
    CHECK_EQUAL(printable("J\xc3\xb6rg"), "J\xc3\xb6rg");
    CHECK_EQUAL(printable("a\x1b[2J\nb\x7f"), "a?[2J?b?");
    CHECK_EQUAL(printable("a\xc2\x9b" "31m"), "a?31m");
    CHECK_EQUAL(printable("\xff\xc3"), "??");
}

TEST(a_moment_is_shown_in_UTC) { CHECK_EQUAL(utc(from_unix_time(1777638896)), "2026-05-01 12:34:56 UTC"); }

TEST(what_is_empty_or_no_text_is_null_in_JSON) {
    const auto json = JsonObject{}.add("a", "").add("b", "\xff").add("c", "x").add("d", std::optional<Moment>{}).take();
    CHECK(json_is_null(json_object_get(json.get(), "a")));
    CHECK(json_is_null(json_object_get(json.get(), "b")));
    CHECK_EQUAL(json_string_value(json_object_get(json.get(), "c")), "x");
    CHECK(json_is_null(json_object_get(json.get(), "d")));
}

}  // namespace
}  // namespace uzmfa::test
