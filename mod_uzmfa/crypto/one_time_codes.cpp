// SPDX-License-Identifier: Apache-2.0
#include "crypto/one_time_codes.hpp"

#include "core/text.hpp"
#include "crypto/encoding.hpp"
#include "crypto/mac.hpp"
#include "crypto/random.hpp"

namespace uzmfa {
namespace {

constexpr std::size_t group_size = 4;
constexpr std::size_t salt_bytes = 16;

// What people, word processors and keyboards put between the groups.
constexpr std::string_view separators[] = {" ", "-", "\t", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x90", "\xE2\x80\x91",
                                           "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x88\x92"};

// The letter or digit of base32 that was meant, or NUL.
char meant_by(char typed) {
    if (typed >= 'a' && typed <= 'z') return static_cast<char>(typed - 'a' + 'A');
    if ((typed >= 'A' && typed <= 'Z') || (typed >= '2' && typed <= '7')) return typed;
    if (typed == '0') return 'O';
    if (typed == '1') return 'I';
    return typed == '8' ? 'B' : '\0';
}

std::string digest_of(std::string_view salt, std::string_view code) {
    const auto message = std::string{salt}.append(code);
    return hex(sha256(bytes_of(message)));
}

}  // namespace

std::string new_one_time_code(std::size_t groups) {
    const auto bits = groups * group_size * 5;
    const auto text = base32(random_bytes((bits + 7) / 8));
    std::string code;
    for (std::size_t i = 0; i < groups; ++i) code.append(i ? "-" : "").append(text, i * group_size, group_size);
    return code;
}

std::optional<std::string> normalized_one_time_code(std::string_view typed) {
    constexpr auto longest = recovery_code_groups * group_size;
    std::string code;
    while (!typed.empty()) {
        if (skip_one_of(separators, typed)) continue;
        const char letter = meant_by(typed.front());
        if (!letter || code.size() == longest) return std::nullopt;
        code.push_back(letter);
        typed.remove_prefix(1);
    }
    if (code.size() != longest && code.size() != temporary_code_groups * group_size) return std::nullopt;
    return code;
}

SaltedDigest salted_digest(std::string_view code) {
    auto salt = hex(random_bytes(salt_bytes));
    auto digest = digest_of(salt, code);
    return {std::move(salt), std::move(digest)};
}

bool matches(const SaltedDigest& kept, std::string_view code) {
    return equal_in_constant_time(digest_of(kept.salt, code), kept.digest);
}

}  // namespace uzmfa
