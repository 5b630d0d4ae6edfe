// SPDX-License-Identifier: Apache-2.0
// How many passwords a node checks at a time: bcrypt takes a whole processor, which others need too.
#pragma once

#include "core/moment.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace uzmfa {

// Lives in zeroed memory that the processes of a node share; holds no pointer. No process can keep a slot for good: it
// is free again once its process is gone, or when it was held for too long.
class PasswordSlots {
public:
    static constexpr std::size_t most = 32;
    static constexpr seconds longest_use{30};

    // Who holds which slot.
    struct Turn {
        std::size_t slot;
        std::uint64_t mark;
    };
    using IsGone = bool (*)(std::uint32_t process);

    // How many slots there are on a machine: one processor is left to everything else.
    static std::size_t count_on(std::size_t processors);

    // One of the first `count` slots; nothing where all are held. `now` is of a clock that the processes share and
    // nobody sets.
    std::optional<Turn> take(std::size_t count, std::uint32_t process, seconds now, IsGone is_gone);
    // Does nothing where it was held for too long and somebody else has it.
    void give_back(const Turn& turn);

private:
    std::atomic<std::uint64_t> marks_[most];  // the process, and the second it came; 0: free

    static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
};

}  // namespace uzmfa
