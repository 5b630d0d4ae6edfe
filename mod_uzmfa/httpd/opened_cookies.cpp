// SPDX-License-Identifier: Apache-2.0
#include "httpd/opened_cookies.hpp"

#include "crypto/mac.hpp"

namespace uzmfa {

const Session* OpenedCookies::find(std::uint64_t instance, std::string_view sealed) const {
    if (sealed.size() > longest || sealed.size() < 2) return nullptr;
    const Entry& entry = entries_[slot_of(sealed)];
    const std::string_view kept{entry.sealed.data(), entry.size};
    return entry.instance == instance && equal_in_constant_time(kept, sealed) ? &entry.session : nullptr;
}

void OpenedCookies::remember(std::uint64_t instance, std::string_view sealed, const Session& session) {
    if (sealed.size() > longest || sealed.size() < 2) return;
    Entry& entry = entries_[slot_of(sealed)];
    entry.instance = instance;
    entry.size = static_cast<std::uint8_t>(sealed.size());
    std::copy(sealed.begin(), sealed.end(), entry.sealed.begin());
    entry.session = session;
}

}  // namespace uzmfa
