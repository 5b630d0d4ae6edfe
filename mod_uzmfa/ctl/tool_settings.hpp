// SPDX-License-Identifier: Apache-2.0
// uzmfactl.conf: what the tool must know of the site, which httpd has in its own configuration.
//
//   # a comment
//   driver   = pgsql
//   params   = host=db dbname=erp user=www-data connect_timeout=2
//   key-file = /etc/uzmfa/keys
//
// A value is the rest of the line, without the blanks around it and without quotes.
#pragma once

#include "core/attempts.hpp"
#include "core/policy.hpp"
#include "core/result.hpp"
#include "crypto/secret_bytes.hpp"
#include "factors/twilio/settings.hpp"

#include <string>
#include <string_view>

namespace uzmfa {

inline constexpr const char* default_tool_file = "/etc/uzmfa/uzmfactl.conf";

// The values are views into the text.
struct ToolSettings {
    ToolSettings() = default;
    ToolSettings(ToolSettings&&) = default;
    ToolSettings& operator=(ToolSettings&&) = default;

    SecretBytes text;
    std::string_view driver;  // empty: not set
    std::string_view params;
    Site site;
    AttemptLimits attempts;  // only the cap is read: the tool tries no codes
    twilio::Settings twilio;
    std::string_view httpd;  // of `check`: httpd's own program; empty: it is not asked
    std::string_view url;    // and a page of the site
};

// An error says the line, and never a value that may be a secret.
Result<ToolSettings> parse_tool_settings(SecretBytes text);

// The same of a file. Only its owner may write it; others may read it only while it holds no secret.
Result<ToolSettings> read_tool_settings(const std::string& path);

// The setting that holds a secret itself, and not where it comes from; empty where none does.
std::string_view literal_secret_in(const ToolSettings& settings);

// Empty where `check` may ask it.
std::string_view complaint_about_site_url(std::string_view url);

// The names of all settings with a word on each, for --help.
std::string help_on_settings();

}  // namespace uzmfa
