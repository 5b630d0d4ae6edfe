// SPDX-License-Identifier: Apache-2.0
// Metrics in Prometheus' text format, version 0.0.4.
#pragma once

#include "core/metrics.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace uzmfa {

class MetricsText {
public:
    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    // Begins a family: its samples come next. `type` is counter or gauge.
    MetricsText& family(std::string_view name, std::string_view type, std::string_view help);
    MetricsText& sample(std::uint64_t value, Labels labels = {});
    // A family of its own.
    MetricsText& histogram(std::string_view name, std::string_view help, const Histogram& histogram);

    std::string take() { return std::move(text_); }

private:
    void line(std::string_view ending, Labels labels, std::string_view value);

    std::string text_;
    std::string name_;  // of the family
};

}  // namespace uzmfa
