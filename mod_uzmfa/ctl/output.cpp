// SPDX-License-Identifier: Apache-2.0
#include "ctl/output.hpp"

#include <algorithm>
#include <cstdio>

namespace uzmfa {
namespace {

// As a terminal shows them: one a character.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

constexpr std::size_t indent = 2;

}  // namespace

void print(const Json& json) { std::puts(text_of(json, indent).c_str()); }

void JsonArrayPrinter::add(const Json& item) {
    std::printf("%s\n%s", is_empty_ ? "[" : ",", text_of(item, indent).c_str());
    is_empty_ = false;
}

void JsonArrayPrinter::end() { std::puts(is_empty_ ? "[]" : "\n]"); }

void TablePrinter::print(const Rows& rows) {
    for (const auto& row : rows) {
        widths_.resize(std::max(widths_.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], width_of(row[i]));
    }
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) line.append(widths_[i] - width_of(row[i]) + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        std::puts(line.c_str());
    }
}

}  // namespace uzmfa
