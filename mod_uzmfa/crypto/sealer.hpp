// SPDX-License-Identifier: Apache-2.0
// Authenticated encryption under a ring of keys: AES-256-GCM (NIST SP 800-38D) with random nonces.
#pragma once

#include "crypto/secret_bytes.hpp"

#include <openssl/evp.h>

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace uzmfa {

// Seals for one use under the ring's first key and opens under any. Constant once made; any number
// of threads may use it. A sealed value is: key mark (1 byte) · nonce (12) · ciphertext · tag (16).
//
// A key seals at most 2^32 values (SP 800-38D §8.3): at 1,000 a second that is 49 days of sealing
// without a pause, so keys are rolled over yearly at the latest (docs/deployment).
class Sealer {
public:
    static constexpr std::size_t overhead = 1 + 12 + 16;

    Sealer(const std::vector<SecretBytes>& keys, std::string_view use);

    // `context` is authenticated too: a value opens only in the context it was sealed in.
    std::vector<std::uint8_t> seal(std::span<const std::uint8_t> plain, std::string_view context) const;

    // Opens into `plain`, which has room for the sealed size; the bytes written, or nothing where
    // the value was not sealed by one of these keys in this context.
    std::optional<std::size_t> open(std::span<const std::uint8_t> sealed, std::string_view context,
                                    std::span<std::uint8_t> plain) const;
    std::optional<SecretBytes> open(std::span<const std::uint8_t> sealed, std::string_view context) const;

    // The same, and which key of the ring it was: 0 is the first, which seals.
    struct Opened {
        SecretBytes plain;
        std::size_t key;
    };
    std::optional<Opened> open_by_key(std::span<const std::uint8_t> sealed, std::string_view context) const;

private:
    struct Key {
        SecretBytes bytes;
        std::uint64_t serial;  // names the key's cipher contexts in each thread
        std::uint8_t mark;     // a hint which key sealed
    };
    struct Written {
        std::size_t length;
        std::size_t key;
    };
    std::optional<Written> write_opened(std::span<const std::uint8_t> sealed, std::string_view context,
                                        std::span<std::uint8_t> plain) const;
    static EVP_CIPHER_CTX* context_of(const Key& key, bool sealing, const EVP_CIPHER* cipher);

    std::vector<Key> keys_;
    std::unique_ptr<EVP_CIPHER, decltype(&EVP_CIPHER_free)> cipher_;
};

}  // namespace uzmfa
