// SPDX-License-Identifier: Apache-2.0
// Bytes that are wiped when they are no longer needed.
#pragma once

#include <openssl/crypto.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace uzmfa {

template <class T>
struct WipingAllocator {
    using value_type = T;
    WipingAllocator() = default;
    template <class U>
    WipingAllocator(const WipingAllocator<U>&) {}
    T* allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }
    void deallocate(T* place, std::size_t count) {
        OPENSSL_cleanse(place, count * sizeof(T));
        std::allocator<T>{}.deallocate(place, count);
    }
    friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

using SecretBytes = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

inline std::string_view text_of(const SecretBytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline SecretBytes secret_bytes(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace uzmfa
