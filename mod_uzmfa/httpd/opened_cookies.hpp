// SPDX-License-Identifier: Apache-2.0
// The cookies a thread opened last. A browser sends the same one with each request of a page, and
// opening it costs more than all the rest of a verified request.
#pragma once

#include "core/session.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace uzmfa {

// Found by the whole sealed text only: what is here was authenticated before. Whether the session is
// revoked, idle or too old is asked for each request all the same. No destructor, so that a
// thread_local one does not keep the module from being unloaded.
class OpenedCookies {
public:
    // `instance` names the keys: a service built anew finds nothing of the old one.
    const Session* find(std::uint64_t instance, std::string_view sealed) const;
    void remember(std::uint64_t instance, std::string_view sealed, const Session& session);

private:
    // The text, with zeros behind it: compared word by word.
    using Words = std::array<std::uint64_t, 24>;
    static constexpr std::size_t longest = sizeof(Words);  // longer cookies hold other modules' entries
    struct Entry {
        std::uint64_t instance = 0;
        Words sealed{};
        Session session{};
    };
    static Words words_of(std::string_view sealed);
    // The end of the text is of the authentication tag: as good as random.
    static std::size_t slot_of(std::string_view sealed) { return static_cast<unsigned char>(sealed[sealed.size() - 2]) % 16; }

    std::array<Entry, 16> entries_{};
};

}  // namespace uzmfa
