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

// The value of a base64url character, for any other one a number with a bit that no value has.
constexpr std::uint32_t not_a_value = 0x80;
constexpr auto base64url_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(not_a_value);
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
    const auto* in = reinterpret_cast<const unsigned char*>(text.data());
    std::uint8_t* out = buffer.data();
    std::uint32_t wrong = 0;  // gathers the bits that no value has
    for (const auto* const end = in + (text.size() - tail); in != end; in += 4, out += 3) {
        const std::uint32_t a = base64url_values[in[0]], b = base64url_values[in[1]];
        const std::uint32_t c = base64url_values[in[2]], d = base64url_values[in[3]];
        wrong |= a | b | c | d;
        out[0] = static_cast<std::uint8_t>(a << 2 | b >> 4);
        out[1] = static_cast<std::uint8_t>(b << 4 | c >> 2);
        out[2] = static_cast<std::uint8_t>(c << 6 | d);
    }
    if (tail) {
        const std::uint32_t a = base64url_values[in[0]], b = base64url_values[in[1]];
        const std::uint32_t c = tail == 3 ? base64url_values[in[2]] : 0u;
        wrong |= a | b | c;
        out[0] = static_cast<std::uint8_t>(a << 2 | b >> 4);
        if (tail == 3) out[1] = static_cast<std::uint8_t>(b << 4 | c >> 2);
        const std::uint32_t left_over = tail == 3 ? c & 0x3 : b & 0xf;
        if (left_over) return std::nullopt;
    }
    if (wrong & not_a_value) return std::nullopt;
    return length;
}

}  // namespace uzmfa
