// SPDX-License-Identifier: Apache-2.0
// Pieces of a record of bytes, one behind the other. Numbers are little-endian.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace uzmfa {

inline void put_number(std::string& record, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i, value >>= 8) record.push_back(static_cast<char>(value & 0xff));
}

// Reads from the front; once a piece is missing, all that follows is.
class RecordReader {
public:
    explicit RecordReader(std::string_view bytes) : rest_{bytes} {}

    std::string_view take(std::size_t count) {
        if (rest_.size() < count) {
            failed_ = true;
            count = rest_.size();
        }
        const auto piece = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return piece;
    }
    std::uint8_t byte() { return static_cast<std::uint8_t>(number(1)); }
    std::uint64_t number(std::size_t bytes) {
        std::uint64_t value = 0;
        const auto piece = take(bytes);
        for (std::size_t i = piece.size(); i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(piece[i]);
        return value;
    }
    template <std::size_t Size>
    void fill(std::array<std::uint8_t, Size>& bytes) {
        const auto piece = take(Size);
        std::copy(piece.begin(), piece.end(), bytes.begin());
    }
    bool failed() const { return failed_; }
    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
    bool failed_ = false;
};

}  // namespace uzmfa
