// SPDX-License-Identifier: Apache-2.0
#include "crypto/encoding.hpp"
#include "factors/totp/totp.hpp"
#include "test.hpp"

#include <csignal>

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace uzmfa::test {
namespace {

using totp::code_at;
using totp::matching_step;
using totp::Parameters;

constexpr std::string_view secret_20 = "12345678901234567890";
constexpr std::string_view secret_32 = "12345678901234567890123456789012";
constexpr std::string_view secret_64 = "1234567890123456789012345678901234567890123456789012345678901234";

std::string hotp(TimeStep counter) { return code_at(counter, bytes_of(secret_20), {}); }

// RFC 4226 Appendix D.
TEST(R15_RFC_4226_Appendix_D_is_met) {
    const std::string_view codes[] = {"755224", "287082", "359152", "969429", "338314",
                                      "254676", "287922", "162583", "399871", "520489"};
    for (TimeStep counter = 0; counter < 10; ++counter) {
        const Case at{std::to_string(counter)};
        CHECK_EQUAL(hotp(counter), codes[counter]);
    }
}

struct Vector {
    std::int64_t time;
    TimeStep step;
    std::string_view sha1, sha256, sha512;
};

// RFC 6238 Appendix B.
constexpr Vector vectors[] = {
    {59, 0x1, "94287082", "46119246", "90693936"},
    {1111111109, 0x23523EC, "07081804", "68084774", "25091201"},
    {1111111111, 0x23523ED, "14050471", "67062674", "99943326"},
    {1234567890, 0x273EF07, "89005924", "91819424", "93441116"},
    {2000000000, 0x3F940AA, "69279037", "90698825", "38618901"},
    {20000000000, 0x27BC86AA, "65353130", "77737706", "47863826"},
};

void check_appendix_B(Algorithm algorithm, std::string_view secret, std::string_view Vector::*code) {
    for (const auto& vector : vectors) {
        const Case at{std::to_string(vector.time)};
        const auto now = from_unix_time(vector.time);
        CHECK_EQUAL(totp::step_at(now), vector.step);
        for (const std::uint8_t digits : {std::uint8_t{8}, std::uint8_t{7}, std::uint8_t{6}}) {
            const auto expected = (vector.*code).substr(8 - digits);  // fewer digits are the last ones
            CHECK_EQUAL(code_at(vector.step, bytes_of(secret), {algorithm, digits}), expected);
            CHECK_EQUAL(matching_step(expected, now, 0, bytes_of(secret), {algorithm, digits}),
                        std::optional<TimeStep>{vector.step});
        }
    }
}

TEST(R15_RFC_6238_Appendix_B_is_met_with_SHA1) { check_appendix_B(Algorithm::sha1, secret_20, &Vector::sha1); }
TEST(R15_RFC_6238_Appendix_B_is_met_with_SHA256) { check_appendix_B(Algorithm::sha256, secret_32, &Vector::sha256); }
TEST(R15_RFC_6238_Appendix_B_is_met_with_SHA512) { check_appendix_B(Algorithm::sha512, secret_64, &Vector::sha512); }

TEST(a_time_step_begins_every_30_seconds) {
    CHECK_EQUAL(totp::step_at(from_unix_time(0)), 0);
    CHECK_EQUAL(totp::step_at(from_unix_time(29)), 0);
    CHECK_EQUAL(totp::step_at(from_unix_time(30)), 1);
    CHECK_EQUAL(totp::step_at(from_unix_time(59)), 1);
    CHECK_EQUAL(totp::step_at(from_unix_time(60)), 2);
}

// The codes of the ten steps of Appendix D are all different.
std::optional<TimeStep> matched(TimeStep step, TimeStep now, std::uint8_t skew, seconds into = seconds{0}) {
    return matching_step(hotp(step), from_unix_time(now * 30) + into, skew, bytes_of(secret_20), {});
}

TEST(R13_the_window_takes_the_step_before_and_the_step_after) {
    constexpr TimeStep now = 5;
    for (const auto into : {seconds{0}, seconds{29}}) {
        CHECK(!matched(now - 2, now, 1, into));
        CHECK_EQUAL(matched(now - 1, now, 1, into), std::optional{now - 1});
        CHECK_EQUAL(matched(now, now, 1, into), std::optional{now});
        CHECK_EQUAL(matched(now + 1, now, 1, into), std::optional{now + 1});
        CHECK(!matched(now + 2, now, 1, into));
    }
}

TEST(R13_a_window_without_skew_takes_this_step_only) {
    constexpr TimeStep now = 5;
    CHECK(!matched(now - 1, now, 0));
    CHECK_EQUAL(matched(now, now, 0, seconds{29}), std::optional{now});
    CHECK(!matched(now + 1, now, 0));
}

TEST(R14_a_code_is_valid_for_90_seconds) {
    int valid = 0;
    for (std::int64_t time = 0; time < 600; ++time) {
        valid += matching_step(hotp(5), from_unix_time(time), 1, bytes_of(secret_20), {}).has_value();
    }
    CHECK_EQUAL(valid, 90);
}

TEST(the_epoch_has_a_window_too) { CHECK_EQUAL(matched(0, 0, 1), std::optional{TimeStep{0}}); }

TEST(a_code_of_another_length_matches_nothing) {
    const auto now = from_unix_time(150);
    for (const std::string& code : {std::string{}, hotp(5).substr(1), "0" + hotp(5), hotp(5) + "0"}) {
        CHECK(!matching_step(code, now, 1, bytes_of(secret_20), {}));
    }
    CHECK(!matching_step(hotp(5), now, 1, bytes_of(secret_20), {Algorithm::sha1, 8}));
    CHECK(!matching_step(hotp(5), now, 1, bytes_of(secret_20), {Algorithm::sha256, 6}));
}

TEST(of_two_steps_with_one_code_the_later_one_matches) {
    // Found by trying.
    constexpr std::string_view secret = "two steps, one code 0004782";
    CHECK_EQUAL(code_at(1, bytes_of(secret), {}), "796740");
    CHECK_EQUAL(code_at(2, bytes_of(secret), {}), "796740");
    CHECK_EQUAL(matching_step("796740", from_unix_time(30), 1, bytes_of(secret), {}), std::optional{TimeStep{2}});
}

// How many instructions `work` takes, counted in a child that is stepped through.
template <class Work>
long instructions_of(Work work) {
    const auto child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        raise(SIGSTOP);
        work();
        _exit(0);
    }
    long count = 0;
    int status = 0;
    while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        ++count;
        if (ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) != 0) break;
    }
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return count;
}

TEST(R20_a_code_takes_as_many_instructions_however_many_of_its_digits_are_right) {
    const auto right = hotp(5);
    const auto check = [](std::string_view code) {
        return matching_step(code, from_unix_time(5 * 30), 0, bytes_of(secret_20), {}).has_value();
    };
    const auto with_first_wrong_at = [&](std::size_t digit) {
        auto code = right;
        code[digit] = code[digit] == '9' ? '0' : static_cast<char>(code[digit] + 1);
        return code;
    };
    const auto measured = [&](const std::string& code) {
        return instructions_of([&] { check(code); });
    };
    CHECK(!check(with_first_wrong_at(0)));  // what OpenSSL does once is done
    const auto instructions = measured(with_first_wrong_at(0));
    CHECK(instructions > 1000);
    for (std::size_t digit = 1; digit < right.size(); ++digit) {
        const Case at{std::to_string(digit)};
        CHECK_EQUAL(measured(with_first_wrong_at(digit)), instructions);
    }
}

TEST(R36_a_secret_has_160_bits) { CHECK_EQUAL(totp::secret_size * 8, 160); }

TEST(a_key_uri_is_as_authenticator_apps_read_it) {
    CHECK_EQUAL(totp::key_uri("ACME Co", "john.doe@email.com", "HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ", {}),
                "otpauth://totp/ACME%20Co:john.doe%40email.com?secret=HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ&issuer=ACME%20Co"
                "&algorithm=SHA1&digits=6&period=30");
    CHECK_EQUAL(totp::key_uri("x", "y", "Z", {Algorithm::sha256, 8}),
                "otpauth://totp/x:y?secret=Z&issuer=x&algorithm=SHA256&digits=8&period=30");
    CHECK_CONTAINS(totp::key_uri("x", "y", "Z", {Algorithm::sha512, 7}), "&algorithm=SHA512&digits=7&");
}

TEST(R75_names_cannot_add_to_a_key_uri) {
    const auto uri = totp::key_uri("A:B&C=D?E#F/G", "al:ice&secret=X?\"<>\xc3\xb6\xe2\x80\xae", "Z", {});
    CHECK_EQUAL(uri, "otpauth://totp/A%3AB%26C%3DD%3FE%23F%2FG:al%3Aice%26secret%3DX%3F%22%3C%3E%C3%B6%E2%80%AE?secret=Z"
                     "&issuer=A%3AB%26C%3DD%3FE%23F%2FG&algorithm=SHA1&digits=6&period=30");
}

}  // namespace
}  // namespace uzmfa::test
