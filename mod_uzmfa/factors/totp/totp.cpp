// SPDX-License-Identifier: Apache-2.0
#include "factors/totp/totp.hpp"

#include "core/percent.hpp"
#include "crypto/mac.hpp"

#include <array>

namespace uzmfa::totp {
namespace {

Digest digest_of(Algorithm algorithm) {
    switch (algorithm) {
        case Algorithm::sha1: return Digest::sha1;
        case Algorithm::sha256: return Digest::sha256;
        case Algorithm::sha512: return Digest::sha512;
    }
    return Digest::sha1;
}

}  // namespace

std::string code_at(TimeStep step, std::span<const std::uint8_t> secret, const Parameters& parameters) {
    std::array<std::uint8_t, 8> counter;
    auto value = static_cast<std::uint64_t>(step);
    for (std::size_t i = counter.size(); i-- > 0; value >>= 8) counter[i] = static_cast<std::uint8_t>(value);

    // Dynamic truncation, RFC 4226 §5.3.
    const auto mac = hmac(digest_of(parameters.algorithm), secret, counter);
    const std::size_t offset = mac.back() & 0x0f;
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) number = number << 8 | mac[offset + i];
    number &= 0x7fffffff;

    std::string code(parameters.digits, '0');
    for (std::size_t i = code.size(); i-- > 0; number /= 10) code[i] = static_cast<char>('0' + number % 10);
    return code;
}

std::optional<TimeStep> matching_step(std::string_view code, Moment now, std::uint8_t skew,
                                      std::span<const std::uint8_t> secret, const Parameters& parameters) {
    std::optional<TimeStep> match;
    for (TimeStep step = step_at(now) - skew; step <= step_at(now) + skew; ++step) {
        if (equal_in_constant_time(code, code_at(step, secret, parameters))) match = step;
    }
    return match;
}

std::string key_uri(std::string_view issuer, std::string_view account, std::string_view base32_secret,
                    const Parameters& parameters) {
    const auto encoded_issuer = percent_encode(issuer);
    std::string uri = "otpauth://totp/" + encoded_issuer + ":" + percent_encode(account);
    uri.append("?secret=").append(base32_secret).append("&issuer=").append(encoded_issuer);
    uri.append("&algorithm=").append(name_of(parameters.algorithm));
    uri.append("&digits=").append(std::to_string(parameters.digits));
    uri.append("&period=").append(std::to_string(period.count()));
    return uri;
}

}  // namespace uzmfa::totp
