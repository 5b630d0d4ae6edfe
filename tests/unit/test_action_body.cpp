// SPDX-License-Identifier: Apache-2.0
#include "view/action_body.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

TEST(nothing_or_hours_is_what_a_body_says) {
    CHECK(!read_action_body("{}").value().hours);
    CHECK_EQUAL(*read_action_body("{\"hours\":24}").value().hours, 24);
    CHECK_EQUAL(*read_action_body(" { \"hours\" : 0 }\n").value().hours, 0);
    for (const auto* beyond : {"{\"hours\":-5}", "{\"hours\":2147483648}", "{\"hours\":9223372036854775807}"}) {
        CHECK_EQUAL(*read_action_body(beyond).value().hours, -1);
    }
}

TEST(whatever_else_stands_in_a_body_is_refused) {
    for (const auto* wrong : {"", "{", "[]", "null", "24", "{}{}", "{\"hours\":\"24\"}", "{\"hours\":1.0}", "{\"hours\":null}",
                              "{\"hours\":1,\"hours\":1}", "{\"hours\":1,\"x\":1}", "{\"x\":1}", "{\"hours\":9223372036854775808}"}) {
        CHECK(!read_action_body(wrong));
    }
}

}  // namespace
}  // namespace uzmfa::test
