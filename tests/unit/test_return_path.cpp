// SPDX-License-Identifier: Apache-2.0
#include "core/return_path.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

TEST(R71_a_path_of_this_site_is_kept_byte_by_byte) {
    for (const std::string_view next : {
             "/", "/a", "/a/", "/a/b.html", "/?module=login", "/a?b=c&d=e%20f", "/a#part", "/a;v=1", "/a//b", "/a/./b",
             "/a/../b", "/%2e%2e/b", "/a%20b", "/%C3%B6", "/a:b", "/a@b", "/a?x=https://example.org/", "/a?next=//evil.example",
             "/uzmfax", "/uzmfa2/login", "/uzmfa;x", "/uzmfa-login", "/UZMFA/login", "/a/uzmfa/login", "/a?/uzmfa/login",
             "/uzmfa/done",
             "/a#/uzmfa/login",
             "/uzmfa/account",
             "/uzmfa/admin", "/uzmfa/admin/events",
             "/uzmfa/admin?user=a",
             "/%2575zmfa/login",
             "/~alice/",
             "/a'b\"c<d>",
             "/...",
             "/..a",
             "/a/...",
         }) {
        const Case at{next};
        CHECK_EQUAL(return_path(next, "/uzmfa"), next);
    }
}

TEST(R71_what_could_lead_to_another_site_ends_on_the_front_page) {
    for (const std::string_view next : {
             "", "a", "a/b", "?a", "#a", ".", "..", "./a", "../a", "//", "//evil.example", "//evil.example/", "///evil.example",
             "////evil.example", "/\\evil.example", "\\/evil.example", "\\\\evil.example", "/\\/evil.example",
             "//\\evil.example", "/a\\b", "/a/..\\..\\b", "https://evil.example", "https:evil.example", "https:/evil.example",
             "http:///evil.example", "HTTPS://evil.example", "ftp://evil.example", "javascript:alert(1)",
             "JavaScript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "vbscript:x", "mailto:a@b", "alice@evil.example",
             "//alice@evil.example", "//alice:x@evil.example/", "https://localhost@evil.example/", "@evil.example", ":80", ":",
             " //evil.example", " /a", "/a ", "/a b", "\t//evil.example", "/\t/evil.example", "/\n/evil.example",
             "/\r/evil.example", "/\v/evil.example", "/\f/evil.example", "/a\r\nSet-Cookie: x=1", "/a\nX: 1", "/a\rX: 1",
             "\n/a", "\x01/a", "/a\x7f", "/a\x1b[0m", "/\xc3\xb6", "/a\xff", "\xe3\x80\x82/a", "/\xe3\x80\x82" "evil.example",
             "/\xc2\xa0/evil.example", "\xef\xbc\x8f/evil.example", "\xef\xbc\x8f\xef\xbc\x8f" "evil.example",
             "%2f%2fevil.example", "%2f", "%5cevil.example", "/%", "/%4", "/%zz", "/a%2", "/%u002f",
         }) {
        const Case at{next};
        CHECK_EQUAL(return_path(next, "/uzmfa"), "/");
    }
    CHECK_EQUAL(return_path(std::string_view{"/a\0b", 4}, "/uzmfa"), "/");
    CHECK_EQUAL(return_path(std::string_view{"\0/a", 3}, "/uzmfa"), "/");
}

TEST(an_own_page_is_no_place_to_go_on_to_however_it_is_spelled) {
    for (const std::string_view next : {
             "/uzmfa", "/uzmfa/", "/uzmfa/login", "/uzmfa/logout?next=/", "/uzmfa/done/", "/uzmfa/done.js",
             "/uzmfa?x", "/uzmfa#x", "/uzmfa/unknown",
             "/%75zmfa/login", "/uzmf%61", "/uzmfa%2flogin", "/uzmfa%2Flogin", "/./uzmfa/login", "/a/../uzmfa/login",
             "/a/%2e%2e/uzmfa/login", "/a/.%2e/uzmfa", "/../uzmfa/login", "/../../uzmfa", "/%2e/uzmfa/login", "/.//uzmfa/login",
             "/a/..//uzmfa/login", "/uzmfa//login", "/uzmfa/admin/", "/uzmfa/./admin", "/uzmfa/%61dmin/x",
             "/uzmfa/administer", "/uzmfa/.", "/uzmfa/a/..", "/a/b/../../uzmfa", "/%2fuzmfa/login",
         }) {
        const Case at{next};
        CHECK_EQUAL(return_path(next, "/uzmfa"), "/");
    }
}

TEST(another_own_path_is_heeded) {
    CHECK_EQUAL(return_path("/auth/mfa/login", "/auth/mfa"), "/");
    CHECK_EQUAL(return_path("/auth/%6dfa", "/auth/mfa"), "/");
    CHECK_EQUAL(return_path("/auth/other", "/auth/mfa"), "/auth/other");
    CHECK_EQUAL(return_path("/uzmfa/login", "/auth/mfa"), "/uzmfa/login");
}

TEST(a_path_has_2048_bytes_at_most) {
    const std::string longest = "/" + std::string(longest_return_path - 1, 'a');
    CHECK_EQUAL(return_path(longest, "/uzmfa"), longest);
    CHECK_EQUAL(return_path(longest + "a", "/uzmfa"), "/");
}

TEST(a_path_lies_under_another_at_a_slash_only) {
    CHECK(lies_under("/a", "/a"));
    CHECK(lies_under("/a/", "/a"));
    CHECK(lies_under("/a/b", "/a"));
    CHECK(!lies_under("/ab", "/a"));
    CHECK(!lies_under("/", "/a"));
    CHECK(!lies_under("", "/a"));
    CHECK(!lies_under("/b/a", "/a"));
}

}  // namespace
}  // namespace uzmfa::test
