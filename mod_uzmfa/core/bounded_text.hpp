// SPDX-License-Identifier: Apache-2.0
// A short text held in place: trivially copyable, and too long is impossible.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace uzmfa {

template <std::uint8_t Capacity>
class BoundedText {
public:
    static constexpr std::size_t capacity = Capacity;

    BoundedText() = default;

    // Nothing where the text is longer than Capacity bytes.
    static std::optional<BoundedText> of(std::string_view text) {
        BoundedText result;
        if (!result.assign(text)) return std::nullopt;
        return result;
    }

    // False, and nothing changed, where the text is too long.
    bool assign(std::string_view text) {
        if (text.size() > Capacity) return false;
        size_ = static_cast<std::uint8_t>(text.size());
        std::copy(text.begin(), text.end(), bytes_.begin());
        return true;
    }

    std::string_view view() const { return {bytes_.data(), size_}; }
    bool empty() const { return size_ == 0; }
    friend bool operator==(const BoundedText& a, const BoundedText& b) { return a.view() == b.view(); }

private:
    std::uint8_t size_ = 0;
    std::array<char, Capacity> bytes_{};
};

using UserName = BoundedText<255>;

}  // namespace uzmfa
