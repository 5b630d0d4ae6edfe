// SPDX-License-Identifier: Apache-2.0
#include "ctl/terminal.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

TEST(a_bar_shows_how_far_it_is) {
    CHECK_EQUAL(bar("secrets", 0, 200), "[                              ]   0 %  0 of 200 secrets");
    CHECK_EQUAL(bar("secrets", 50, 200), "[#######                       ]  25 %  50 of 200 secrets");
    CHECK_EQUAL(bar("secrets", 200, 200), "[##############################] 100 %  200 of 200 secrets");
}

TEST(a_bar_bears_more_than_were_counted_and_none_at_all) {
    CHECK_EQUAL(bar("secrets", 3, 2), "[##############################] 100 %  3 of 3 secrets");
    CHECK_EQUAL(bar("secrets", 0, 0), "[                              ]   0 %  0 of 1 secrets");
}

}  // namespace
}  // namespace uzmfa::test
