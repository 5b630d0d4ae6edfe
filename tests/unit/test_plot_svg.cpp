// SPDX-License-Identifier: Apache-2.0
#include "view/plot_svg.hpp"
#include "test.hpp"

#include <string_view>

namespace uzmfa::test {
namespace {

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
    return found;
}

TEST(a_plot_has_a_bar_for_each_number_that_is_not_zero) {
    const auto svg =
        plot_svg({{{"Many", "1000001", "#111", {0, 1, 1'000'000, 0}}, {"None", "0", "#222", {0, 0, 0, 0}}}, "00:00", "03:00"});
    CHECK_EQUAL(count(svg, "z\"/>"), 2u);  // the ground, and the first row's bars
    CHECK_EQUAL(count(svg, "v-"), 2u);
    CHECK(svg.find("v-2h") != svg.npos);   // the small one is seen
    CHECK(svg.find(">1000001<") != svg.npos && svg.find(">00:00<") != svg.npos && svg.find(">03:00<") != svg.npos);
}

TEST(a_label_is_text) {
    const auto svg = plot_svg({{{"<a> & \"b\"", "1", "#111", {1}}}, "", ""});
    CHECK(svg.find("&lt;a&gt; &amp; &quot;b&quot;") != svg.npos);
}

}  // namespace
}  // namespace uzmfa::test
