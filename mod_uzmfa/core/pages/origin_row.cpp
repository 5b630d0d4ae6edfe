// SPDX-License-Identifier: Apache-2.0
#include "core/pages/origin_row.hpp"

#include "core/browser_name.hpp"
#include "core/utc.hpp"

namespace uzmfa {

Page::Values origin_row(Moment at, std::string_view address, std::string_view user_agent) {
    Page::Values row{{"at", utc(at)}};
    if (!address.empty()) row.emplace_back("address", address);
    if (user_agent.empty()) return row;
    const auto [browser, system] = browser_name(user_agent);
    if (browser.empty()) {
        row.emplace_back("browser", user_agent);
        return row;
    }
    row.emplace_back("user_agent", user_agent);
    row.emplace_back("browser", browser);
    row.emplace_back("system", system);
    return row;
}

std::vector<Page::Values> rows_of(const std::vector<AccountEvent>& events) {
    std::vector<Page::Values> rows;
    for (const auto& [at, name, address, browser] : events) {
        rows.push_back(origin_row(at, address, browser));
        rows.back().emplace_back("event", name);
    }
    return rows;
}

}  // namespace uzmfa
