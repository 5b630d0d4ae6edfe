// SPDX-License-Identifier: Apache-2.0
#include "view/plot_svg.hpp"

#include <algorithm>
#include <string_view>

namespace uzmfa {
namespace {

constexpr int width = 384;
constexpr int margin = 12;
constexpr int label_height = 20;
constexpr int bars_height = 44;
constexpr int row_height = label_height + bars_height + 8;
constexpr int axis_height = 18;

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string attribute(std::string_view name, std::int64_t value) {
    return std::string{" "}.append(name).append("=\"").append(std::to_string(value)).append("\"");
}

std::string text_at(std::int64_t x, std::int64_t y, std::string_view anchor, std::string_view text) {
    return "<text" + attribute("x", x) + attribute("y", y) + " text-anchor=\"" + std::string{anchor} + "\">" + escaped(text) +
           "</text>";
}

// One rectangle a bar that is not zero, as a single path.
std::string bars_of(const PlotRow& row, std::int64_t bottom) {
    const auto most = std::max<std::int64_t>(*std::max_element(row.numbers.begin(), row.numbers.end()), 1);
    const auto step = (width - 2 * margin) / static_cast<std::int64_t>(row.numbers.size());
    std::string path;
    for (std::size_t i = 0; i < row.numbers.size(); ++i) {
        if (row.numbers[i] <= 0) continue;
        // A bar that is there is seen.
        const auto share = static_cast<double>(row.numbers[i]) / static_cast<double>(most);
        const auto height = std::max<std::int64_t>(static_cast<std::int64_t>(share * bars_height), 2);
        const auto x = margin + static_cast<std::int64_t>(i) * step;
        path += "M" + std::to_string(x) + " " + std::to_string(bottom) + "v-" + std::to_string(height) + "h" + std::to_string(step - 2) +
                "v" + std::to_string(height) + "z";
    }
    return "<path fill=\"" + row.colour + "\" d=\"" + path + "\"/>";
}

}  // namespace

std::string plot_svg(const Plot& plot) {
    const auto height = margin + row_height * static_cast<std::int64_t>(plot.rows.size()) + axis_height;
    std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", width) + attribute("height", height) + " viewBox=\"0 0 " +
                      std::to_string(width) + " " + std::to_string(height) +
                      "\" font-family=\"system-ui,sans-serif\" font-size=\"14\" fill=\"#1a1a1a\">" +
                      "<path fill=\"#fff\" d=\"M0 0h" + std::to_string(width) + "v" + std::to_string(height) + "H0z\"/>";
    std::int64_t top = margin;
    for (const auto& row : plot.rows) {
        if (row.numbers.empty()) continue;
        const auto bottom = top + label_height + bars_height;
        svg += text_at(margin, top + 12, "start", row.label) + text_at(width - margin, top + 12, "end", row.said) + bars_of(row, bottom) +
               "<path stroke=\"#767676\" d=\"M" + std::to_string(margin) + " " + std::to_string(bottom) + ".5h" +
               std::to_string(width - 2 * margin) + "\"/>";
        top += row_height;
    }
    return svg + text_at(margin, height - 8, "start", plot.first) + text_at(width - margin, height - 8, "end", plot.last) +
           "</svg>";
}

}  // namespace uzmfa
