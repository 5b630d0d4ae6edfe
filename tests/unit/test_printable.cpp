// SPDX-License-Identifier: Apache-2.0
#include "core/printable.hpp"
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

TEST(nothing_begins_a_line_or_turns_its_direction) {
    CHECK_EQUAL(printable("a\xe2\x80\xa8" "b\xe2\x80\xae"), "a?b?");
    CHECK_EQUAL(printable("\xe2\x81\xa6\xe2\x81\xa9"), "??");
    CHECK_EQUAL(printable("\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa"), "\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa");
    CHECK_EQUAL(printable("\xe2\x82\xac" "\xc2\xa0"), "\xe2\x82\xac" "\xc2\xa0");
}

TEST(a_beginning_ends_with_a_whole_character) {
    CHECK_EQUAL(beginning_of("alice", 5), "alice");
    CHECK_EQUAL(beginning_of("alice", 4), "alic");
    CHECK_EQUAL(beginning_of("alice", 0), "");
    CHECK_EQUAL(beginning_of("a\xc3\xb6", 3), "a\xc3\xb6");
    CHECK_EQUAL(beginning_of("a\xc3\xb6" "b", 2), "a");
    CHECK_EQUAL(beginning_of("a\xf0\x9f\x98\x80" "b", 4), "a");
    CHECK_EQUAL(beginning_of("a\xf0\x9f\x98\x80" "b", 5), "a\xf0\x9f\x98\x80");
}

}  // namespace
}  // namespace uzmfa::test
