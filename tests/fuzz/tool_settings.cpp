// SPDX-License-Identifier: Apache-2.0
// The text of uzmfactl.conf.
#include "ctl/tool_settings.hpp"
#include "fuzz.hpp"

using namespace uzmfa;
using fuzz::require;

namespace {

bool lies_within(std::string_view part, const SecretBytes& text) {
    const auto* const begin = reinterpret_cast<const char*>(text.data());
    return part.empty() || (part.data() >= begin && part.data() + part.size() <= begin + text.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto settings = parse_tool_settings(SecretBytes(data, data + size));
    if (!settings) {
        require(settings.error().kind == ErrorKind::misconfigured && settings.error().detail.starts_with("line "));
        return 0;
    }
    for (const auto part : {settings->driver, settings->params, settings->httpd, settings->url, settings->twilio.auth_token}) {
        require(lies_within(part, settings->text) && part.find_first_of(std::string_view{"\n\0", 2}) == part.npos);
    }
    require(literal_secret_in(*settings) != "twilio-auth-token" || !settings->twilio.auth_token.empty());
    return 0;
}
