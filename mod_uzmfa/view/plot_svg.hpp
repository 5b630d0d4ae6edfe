// SPDX-License-Identifier: Apache-2.0
// A plot of several numbers over the same times, one row of bars each, as an SVG image.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace uzmfa {

struct PlotRow {
    std::string label;
    std::string said;  // beside it, how much it was
    std::string colour;  // of SVG
    std::vector<std::int64_t> numbers;
};

struct Plot {
    std::vector<PlotRow> rows;
    std::string first;  // what stands below the first bar,
    std::string last;   // and the last
};

// Dark on white, whatever the theme around it, and without a style of its own, which the policy of own pages would not let in.
std::string plot_svg(const Plot& plot);

}  // namespace uzmfa
