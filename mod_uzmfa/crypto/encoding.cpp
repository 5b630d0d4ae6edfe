// SPDX-License-Identifier: Apache-2.0
#include "crypto/encoding.hpp"

#include <apr_encode.h>

namespace uzmfa {
namespace {

using AprEncoder = apr_status_t (*)(char*, const unsigned char*, apr_ssize_t, int, apr_size_t*);

std::string encoded(AprEncoder encoder, std::span<const std::uint8_t> bytes, int flags) {
    if (bytes.empty()) return {};
    const auto size = static_cast<apr_ssize_t>(bytes.size());
    apr_size_t room = 0;  // with the ending NUL
    encoder(nullptr, bytes.data(), size, flags, &room);
    std::string text(room, '\0');
    apr_size_t length = 0;
    encoder(text.data(), bytes.data(), size, flags, &length);
    text.resize(length);
    return text;
}

std::optional<SecretBytes> decoded(std::string_view text, std::string (*encode_again)(std::span<const std::uint8_t>)) {
    SecretBytes bytes(text.size() + 4);
    apr_size_t length = 0;
    const auto size = static_cast<apr_ssize_t>(text.size());
    if (apr_decode_base64_binary(bytes.data(), text.data(), size, APR_ENCODE_NONE, &length) != APR_SUCCESS) {
        return std::nullopt;
    }
    bytes.resize(length);
    if (encode_again(bytes) != text) return std::nullopt;
    return bytes;
}

// The value of a base64url character, 255 for any other.
constexpr auto base64url_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(255);
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}();

}  // namespace

std::string hex(std::span<const std::uint8_t> bytes) {
    return encoded(apr_encode_base16_binary, bytes, APR_ENCODE_LOWER);
}
std::string base32(std::span<const std::uint8_t> bytes) {
    return encoded(apr_encode_base32_binary, bytes, APR_ENCODE_NOPADDING);
}
std::string base64(std::span<const std::uint8_t> bytes) {
    return encoded(apr_encode_base64_binary, bytes, APR_ENCODE_NONE);
}
std::string base64url(std::span<const std::uint8_t> bytes) {
    return encoded(apr_encode_base64_binary, bytes, APR_ENCODE_URL | APR_ENCODE_NOPADDING);
}

std::optional<SecretBytes> from_base64(std::string_view text) { return decoded(text, base64); }

std::optional<SecretBytes> from_base64url(std::string_view text) {
    SecretBytes bytes(text.size());
    const auto length = decode_base64url(text, bytes);
    if (!length) return std::nullopt;
    bytes.resize(*length);
    return bytes;
}

// On the path of every request with a session: APR's decoder takes both alphabets and any last bits,
// so a canonical form would cost a second pass.
std::optional<std::size_t> decode_base64url(std::string_view text, std::span<std::uint8_t> buffer) {
    const std::size_t tail = text.size() % 4;
    const std::size_t length = text.size() / 4 * 3 + (tail ? tail - 1 : 0);
    if (tail == 1 || length > buffer.size()) return std::nullopt;
    std::uint32_t bits = 0;
    unsigned count = 0;
    std::size_t written = 0;
    for (const char c : text) {
        const auto value = base64url_values[static_cast<unsigned char>(c)];
        if (value == 255) return std::nullopt;
        bits = bits << 6 | value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            buffer[written++] = static_cast<std::uint8_t>(bits >> count);
        }
    }
    if (bits & ((1u << count) - 1)) return std::nullopt;
    return written;
}

}  // namespace uzmfa
