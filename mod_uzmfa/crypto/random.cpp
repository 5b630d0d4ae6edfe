// SPDX-License-Identifier: Apache-2.0
#include "crypto/random.hpp"

#include "crypto/encoding.hpp"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace uzmfa {

void fill_random(std::span<std::uint8_t> bytes) {
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw std::runtime_error{"the random generator failed"};
    }
}

SecretBytes random_bytes(std::size_t count) {
    SecretBytes bytes(count);
    fill_random(bytes);
    return bytes;
}

std::string random_uuid() {
    std::array<std::uint8_t, 16> bytes;
    fill_random(bytes);
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
    std::string uuid = hex(bytes);
    for (const std::size_t at : {8u, 13u, 18u, 23u}) uuid.insert(at, 1, '-');
    return uuid;
}

}  // namespace uzmfa
