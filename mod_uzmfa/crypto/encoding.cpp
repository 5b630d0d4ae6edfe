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

// Of each place in a group of four base64url characters: what a character adds to the group's 24 bits,
// and for any other character a bit above them.
constexpr std::uint32_t not_of_the_alphabet = 1u << 24;
constexpr auto group_values = [] {
    std::array<std::array<std::uint32_t, 256>, 4> values{};
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (std::size_t place = 0; place < values.size(); ++place) {
        values[place].fill(not_of_the_alphabet);
        for (std::size_t i = 0; i < alphabet.size(); ++i) {
            values[place][static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint32_t>(i << (18 - 6 * place));
        }
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

// On the path of every request with a session: APR's decoder takes both alphabets and any last bits,
// so a canonical form would cost a second pass.
std::optional<std::size_t> decode_base64url(std::string_view text, std::span<std::uint8_t> buffer) {
    const std::size_t tail = text.size() % 4;
    const std::size_t length = text.size() / 4 * 3 + (tail ? tail - 1 : 0);
    if (tail == 1 || length > buffer.size()) return std::nullopt;
    const auto* in = reinterpret_cast<const unsigned char*>(text.data());
    std::uint8_t* out = buffer.data();
    std::uint32_t wrong = 0;
    for (const auto* const end = in + (text.size() - tail); in != end; in += 4, out += 3) {
        const std::uint32_t bits =
            group_values[0][in[0]] | group_values[1][in[1]] | group_values[2][in[2]] | group_values[3][in[3]];
        wrong |= bits;
        out[0] = static_cast<std::uint8_t>(bits >> 16);
        out[1] = static_cast<std::uint8_t>(bits >> 8);
        out[2] = static_cast<std::uint8_t>(bits);
    }
    if (tail) {
        std::uint32_t bits = group_values[0][in[0]] | group_values[1][in[1]];
        if (tail == 3) bits |= group_values[2][in[2]];
        wrong |= bits;
        out[0] = static_cast<std::uint8_t>(bits >> 16);
        if (tail == 3) out[1] = static_cast<std::uint8_t>(bits >> 8);
        const std::uint32_t left_over = tail == 3 ? bits & 0xff : bits & 0xffff;
        if (left_over) return std::nullopt;
    }
    if (wrong & not_of_the_alphabet) return std::nullopt;
    return length;
}

}  // namespace uzmfa
