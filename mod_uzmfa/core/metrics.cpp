// SPDX-License-Identifier: Apache-2.0
#include "core/metrics.hpp"

#include <algorithm>

namespace uzmfa {

void Histogram::observe(std::chrono::microseconds took) {
    const auto seconds = std::chrono::duration<double>{took}.count();
    const auto bound = std::lower_bound(bounds.begin(), bounds.end(), seconds);
    counts_[static_cast<std::size_t>(bound - bounds.begin())].add();
    microseconds_.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0)), std::memory_order_relaxed);
}

std::uint64_t Histogram::count_up_to(std::size_t bound) const {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= bound; ++i) count += counts_[i].value();
    return count;
}

}  // namespace uzmfa
