// SPDX-License-Identifier: Apache-2.0
// A fuzz target is one function, called by libFuzzer, by AFL++ or by replay.cpp. What must hold for
// every input is said by `require`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace uzmfa::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return size ? std::string_view{reinterpret_cast<const char*>(data), size} : std::string_view{};
}

inline void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace uzmfa::fuzz
