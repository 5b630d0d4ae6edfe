// SPDX-License-Identifier: Apache-2.0
#include "crypto/mac.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <stdexcept>

namespace uzmfa {
namespace {

const EVP_MD* algorithm_of(Digest digest) {
    switch (digest) {
        case Digest::sha1: return EVP_sha1();
        case Digest::sha256: return EVP_sha256();
        case Digest::sha512: return EVP_sha512();
    }
    return nullptr;
}

}  // namespace

std::array<std::uint8_t, 32> sha256(std::span<const std::uint8_t> message) {
    std::array<std::uint8_t, 32> digest;
    SHA256(message.data(), message.size(), digest.data());
    return digest;
}

SecretBytes hmac(Digest digest, std::span<const std::uint8_t> key, std::span<const std::uint8_t> message) {
    SecretBytes mac(EVP_MAX_MD_SIZE);
    unsigned length = 0;
    if (!HMAC(algorithm_of(digest), key.data(), static_cast<int>(key.size()), message.data(), message.size(), mac.data(),
              &length)) {
        throw std::runtime_error{"HMAC failed"};
    }
    mac.resize(length);
    return mac;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace uzmfa
