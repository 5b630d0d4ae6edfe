// SPDX-License-Identifier: Apache-2.0
#include "httpd/opened_cookies.hpp"

#include <cstring>

namespace uzmfa {

OpenedCookies::Words OpenedCookies::words_of(std::string_view sealed) {
    Words words{};
    std::memcpy(words.data(), sealed.data(), sealed.size());
    return words;
}

const Session* OpenedCookies::find(std::uint64_t instance, std::string_view sealed) const {
    if (sealed.size() > longest || sealed.size() < 2) return nullptr;
    const Entry& entry = entries_[slot_of(sealed)];
    const Words asked = words_of(sealed);
    std::uint64_t difference = entry.instance ^ instance;
    // To the end, so that the time does not tell how far a guess is right.
    for (std::size_t i = 0; i < asked.size(); ++i) difference |= asked[i] ^ entry.sealed[i];
    return difference == 0 ? &entry.session : nullptr;
}

void OpenedCookies::remember(std::uint64_t instance, std::string_view sealed, const Session& session) {
    if (sealed.size() > longest || sealed.size() < 2) return;
    Entry& entry = entries_[slot_of(sealed)];
    entry.instance = instance;
    entry.sealed = words_of(sealed);
    entry.session = session;
}

}  // namespace uzmfa
