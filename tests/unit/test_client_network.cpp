// SPDX-License-Identifier: Apache-2.0
#include "store/client_network.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

TEST(an_IPv6_address_is_its_network) {
    for (const auto* address : {"2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:DB8:1:2:0:0:0:7",
                                "2001:db8:1:2::", "2001:db8:1:2::1%eth0"}) {
        const Case at{address};
        CHECK_EQUAL(client_network(address), "2001:db8:1:2::");
    }
    CHECK_EQUAL(client_network("2001:db8:1:3::1"), "2001:db8:1:3::");
    CHECK_EQUAL(client_network("::1"), "::");
}

TEST(an_IPv4_address_is_itself) {
    CHECK_EQUAL(client_network("192.0.2.1"), "192.0.2.1");
    CHECK_EQUAL(client_network("::ffff:192.0.2.1"), "192.0.2.1");
}

TEST(what_is_no_address_is_itself) {
    for (const auto* text : {"", "unix", "192.0.2", "2001:db8:1:2"}) CHECK_EQUAL(client_network(text), text);
}

}  // namespace
}  // namespace uzmfa::test
