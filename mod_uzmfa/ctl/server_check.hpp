// SPDX-License-Identifier: Apache-2.0
// What `check` asks httpd itself: which modules its configuration loads, and what a site answers.
#pragma once

#include "ctl/report.hpp"
#include "ctl/tool_settings.hpp"

namespace uzmfa {

// Where `httpd` is set. httpd need not run.
void check_modules(Report& report, const ToolSettings& settings);

// Where `url` is set. A site that does not answer is no error: httpd may be down.
void check_site(Report& report, const ToolSettings& settings);

// The names in what `httpd -M` prints, with a blank before and behind each.
std::string modules_in(std::string_view printed);

// How long a browser keeps to TLS (RFC 6797): the max-age of a Strict-Transport-Security, nothing where it has none.
std::optional<std::int64_t> max_age_of(std::string_view header);

}  // namespace uzmfa
