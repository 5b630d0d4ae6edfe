// SPDX-License-Identifier: Apache-2.0
#include "core/password_slots.hpp"

#include <algorithm>

namespace uzmfa {
namespace {

constexpr unsigned second_bits = 32;

std::uint64_t mark_of(std::uint32_t process, seconds now) {
    return std::uint64_t{process} << second_bits | static_cast<std::uint32_t>(now.count());
}

std::uint32_t process_of(std::uint64_t mark) { return static_cast<std::uint32_t>(mark >> second_bits); }

bool is_held_too_long(std::uint64_t mark, seconds now) {
    return now - seconds{static_cast<std::uint32_t>(mark)} > PasswordSlots::longest_use;
}

}  // namespace

std::size_t PasswordSlots::count_on(std::size_t processors) {
    return std::clamp<std::size_t>(processors, 2, most + 1) - 1;
}

std::optional<PasswordSlots::Turn> PasswordSlots::take(std::size_t count, std::uint32_t process, seconds now, IsGone is_gone) {
    const auto mine = mark_of(process, now);
    for (std::size_t slot = 0; slot < std::min(count, most); ++slot) {
        auto mark = marks_[slot].load();
        const bool free = mark == 0 || is_held_too_long(mark, now) || is_gone(process_of(mark));
        if (free && marks_[slot].compare_exchange_strong(mark, mine)) return Turn{slot, mine};
    }
    return std::nullopt;
}

void PasswordSlots::give_back(const Turn& turn) {
    auto mark = turn.mark;
    marks_[turn.slot].compare_exchange_strong(mark, 0);
}

}  // namespace uzmfa
