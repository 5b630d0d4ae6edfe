// SPDX-License-Identifier: Apache-2.0
// The text of an env file, and any text as a value in one.
#include "crypto/env_file.hpp"
#include "crypto/uzerp_settings.hpp"
#include "fuzz.hpp"

using namespace uzmfa;
using fuzz::require;

namespace {

constexpr std::string_view names[] = {"A", "B", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "USER_ACTIVITY_TIMEOUT_SECS"};

bool says(const EnvFile& file, std::string_view name, std::string_view value) {
    const SecretBytes* const found = file.find(name);
    return found && text_of(*found) == value;
}

bool equal(const EnvFile& one, const EnvFile& other) {
    for (const auto name : names) {
        const SecretBytes* const value = one.find(name);
        if (!(value ? says(other, name, text_of(*value)) : !other.find(name))) return false;
    }
    return true;
}

std::string double_quoted(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\' || c == '$') quoted += '\\';
        if (c == '\r' || c == '\n') {
            quoted += c == '\r' ? "\\r" : "\\n";
        } else {
            quoted += c;
        }
    }
    return quoted + "\"";
}

void check_parsed(std::string_view text, const EnvFile& file) {
    const auto settings = uzerp_settings_of(file);
    if (!settings) require(settings.error().kind == ErrorKind::misconfigured && !settings.error().detail.empty());
    const std::string more = std::string{text} + "\nLAST = 'last' # line";
    if (more.size() > largest_env_file) return;
    const auto longer = parse_env(more);
    require(longer && equal(file, *longer) && says(*longer, "LAST", "last"));
    std::string crlf;
    for (const char c : text) crlf += c == '\n' ? std::string{"\r\n"} : std::string{c};
    const auto with_crlf = parse_env(crlf);
    if (text.find('\r') == text.npos && crlf.size() <= largest_env_file) require(with_crlf && equal(file, *with_crlf));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto file = parse_env(text);
    if (file) {
        check_parsed(text, *file);
    } else {
        require(file.error().kind == ErrorKind::misconfigured && !file.error().detail.empty());
    }
    const auto line = "A=" + double_quoted(text) + "\nB='last'\n";
    if (line.size() > largest_env_file || text.find('\0') != text.npos) return 0;
    const auto quoted = parse_env(line);
    require(quoted && says(*quoted, "A", text) && says(*quoted, "B", "last"));
    return 0;
}
