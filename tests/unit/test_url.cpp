// SPDX-License-Identifier: Apache-2.0
#include "net/url.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

TEST(what_is_no_base_url_is_complained_about) {
    for (const auto* url : {
             "https://verify.twilio.com",
             "https://verify.twilio.com/",
             "https://verify.dublin.ie1.twilio.com:8443/base/path",
             "https://192.0.2.1",
             "https://[2001:db8::1]:443",
             "http://127.0.0.1:8080",
             "http://127.255.0.9/twilio",
             "http://localhost:1",
             "http://LocalHost",
             "http://[::1]:8080/",
         }) {
        CHECK_EQUAL(complaint_about_url(url), "");
    }
    for (const auto* url : {
             "",
             "verify.twilio.com",
             "//verify.twilio.com",
             "https:",
             "https://",
             "https:///verify.twilio.com",
             "https:/verify.twilio.com",
             "https://:443",
             "https://host:0x50",
             "https://host:65536",
             "https://ho st",
             "https://host/a b",
             "https://host\n",
             "https://h\xc3\xb6st",
             "https://host?",
             "https://host/?a=b",
             "https://host#",
             "https://user@host",
             "https://user:password@host",
             "https://localhost\\@evil.example",
             "ftp://host",
             "file:///etc/passwd",
             "HTTPS://host",
             "http://verify.twilio.com",
             "http://127.0.0.1.evil.example",
             "http://localhost.evil.example",
             "http://evil.example/localhost",
             "http://128.0.0.1",
             "http://0.0.0.0",
             "http://[::2]",
             "http://[::ffff:192.0.2.1]",
         }) {
        const Case at{url};
        CHECK(!complaint_about_url(url).empty());
    }
}

TEST(a_complaint_says_what_is_wrong) {
    CHECK_CONTAINS(complaint_about_url("http://verify.twilio.com"), "loopback");
    CHECK_CONTAINS(complaint_about_url("https://a:b@verify.twilio.com"), "password");
    CHECK_CONTAINS(complaint_about_url("https://verify.twilio.com?a"), "query");
}

TEST(loopback_is_what_stays_on_this_machine) {
    for (const auto* url : {"http://localhost", "https://localhost:1/a", "https://127.0.0.1", "http://127.9.9.9/",
                            "https://[::1]"}) {
        const Case at{url};
        CHECK(is_loopback_url(url));
    }
    for (const auto* url : {"https://verify.twilio.com", "https://127.example", "https://10.0.0.1", "https://[::]",
                            "https://[fe80::1]", "", "localhost", "https://"}) {
        const Case at{url};
        CHECK(!is_loopback_url(url));
    }
}

}  // namespace
}  // namespace uzmfa::test
