// SPDX-License-Identifier: Apache-2.0
// A language file, and its texts with values filled in.
#include "view/messages.hpp"
#include "fuzz.hpp"

using namespace uzmfa;
using fuzz::require;

namespace {

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
    return found;
}

void check_filled(std::string_view text) {
    require(Messages::filled(text, {}) == text);
    // A value is never looked into again.
    const auto filled = Messages::filled(text, {{"user", "{system}"}, {"system", "\x01"}});
    require(count(filled, "\x01") == count(text, "\x01") + count(text, "{system}"));
    require(count(Messages::filled(text, {{"user", "\x02"}}), "{user}") == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    check_filled(text);
    const auto messages = Messages::parse(text);
    if (!messages) {
        require(messages.error().kind == ErrorKind::misconfigured && !messages.error().detail.empty());
        return 0;
    }
    for (const auto& [key, message] : *messages) {
        require(messages->has(key) && (*messages)[key] == message);
        check_filled(message);
    }
    require((*messages)["no such key"] == "no such key" || messages->has("no such key"));
    return 0;
}
