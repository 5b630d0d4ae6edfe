// SPDX-License-Identifier: Apache-2.0
#include "view/metrics_text.hpp"

#include <charconv>

namespace uzmfa {
namespace {

// The shortest text that means this number, whatever the locale.
std::string text_of(double number) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

std::string quoted(std::string_view value) {
    std::string text = "\"";
    for (const char c : value) {
        if (c == '\\' || c == '"') text += '\\';
        if (c == '\n') text += "\\n";
        else text += c;
    }
    return text + '"';
}

}  // namespace

MetricsText& MetricsText::family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
    text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
    return *this;
}

void MetricsText::line(std::string_view ending, Labels labels, std::string_view value) {
    text_.append(name_).append(ending);
    char before = '{';
    for (const auto& [label, text] : labels) {
        text_.append(1, before).append(label).append("=").append(quoted(text));
        before = ',';
    }
    text_.append(labels.size() > 0 ? "} " : " ").append(value).append("\n");
}

MetricsText& MetricsText::sample(std::uint64_t value, Labels labels) {
    line("", labels, std::to_string(value));
    return *this;
}

MetricsText& MetricsText::histogram(std::string_view name, std::string_view help, const Histogram& histogram) {
    family(name, "histogram", help);
    for (std::size_t i = 0; i < Histogram::bounds.size(); ++i) {
        line("_bucket", {{"le", text_of(Histogram::bounds[i])}}, std::to_string(histogram.count_up_to(i)));
    }
    // Read once: what is observed meanwhile must not make the two differ.
    const auto count = std::to_string(histogram.count_up_to(Histogram::bounds.size()));
    line("_bucket", {{"le", "+Inf"}}, count);
    line("_sum", {}, text_of(histogram.seconds_in_all()));
    line("_count", {}, count);
    return *this;
}

}  // namespace uzmfa
