// SPDX-License-Identifier: Apache-2.0
#include "ctl/server_check.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

TEST(modules_are_read_from_what_httpd_prints) {
    CHECK_EQUAL(modules_in("AH00558: apache2: could not determine the name (x)\n"
                           "Loaded Modules:\n core_module (static)\n so_module (static)\n uzmfa_module (shared)\n"),
                " core_module so_module uzmfa_module ");
    CHECK_EQUAL(modules_in(""), " ");
    CHECK_EQUAL(modules_in("\n \n (\n x"), " ");
}

TEST(R73_the_max_age_is_found_among_other_directives) {
    CHECK_EQUAL(max_age_of("max-age=31536000"), std::optional<std::int64_t>{31536000});
    CHECK_EQUAL(max_age_of("includeSubDomains; Max-Age=\"60\" ; preload"), std::optional<std::int64_t>{60});
    for (const auto* text :
         {"", ";", "max-age", "max-age=", "max-age=x", "xmax-age=5", "max-age=99999999999999999999", "includeSubDomains"}) {
        const Case at{text};
        CHECK(!max_age_of(text));
    }
}

}  // namespace
}  // namespace uzmfa::test
