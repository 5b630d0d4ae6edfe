// SPDX-License-Identifier: Apache-2.0
#include "core/pages/origin_row.hpp"

#include "core/browser_name.hpp"
#include "core/utc.hpp"

namespace uzmfa {

Page::Values origin_row(Moment at, std::string_view address, std::string_view user_agent) {
    Page::Values row{{"at", utc(at)}, {"address", std::string{address}}};
    auto name = browser_name(user_agent);
    if (name.empty()) return row;
    if (name != user_agent) row.emplace_back("user_agent", user_agent);
    row.emplace_back("browser", std::move(name));
    return row;
}

std::vector<Page::Values> rows_of(const std::vector<FailedCode>& failures) {
    std::vector<Page::Values> rows;
    for (const auto& [at, address, browser] : failures) rows.push_back(origin_row(at, address, browser));
    return rows;
}

}  // namespace uzmfa
