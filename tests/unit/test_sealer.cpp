// SPDX-License-Identifier: Apache-2.0
#include "crypto/encoding.hpp"
#include "crypto/keys.hpp"
#include "crypto/random.hpp"
#include "crypto/sealer.hpp"
#include "test.hpp"

#include <set>
#include <thread>

namespace uzmfa::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

SecretBytes key(std::uint8_t value) { return SecretBytes(key_bytes, value); }

const Sealer& sealer_of_key_1() {
    static const Sealer sealer{{key(1)}, use::session};
    return sealer;
}

Bytes sealed(std::string_view text, std::string_view context = "context") {
    return sealer_of_key_1().seal(bytes_of(text), context);
}

std::string opened(const Sealer& sealer, const Bytes& value, std::string_view context = "context") {
    const auto plain = sealer.open(value, context);
    return plain ? std::string{text_of(*plain)} : "(nothing)";
}

TEST(what_is_sealed_opens_to_the_same) {
    for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 100u, 65536u}) {
        const auto plain = random_bytes(size);
        const auto value = sealer_of_key_1().seal(plain, "context");
        CHECK_EQUAL(value.size(), size + Sealer::overhead);
        const auto back = sealer_of_key_1().open(value, "context");
        CHECK(back && *back == plain);
    }
}

TEST(a_context_may_be_empty_or_long) {
    for (const std::string& context : {std::string{}, std::string(5000, 'c'), std::string("\0\xff", 2)}) {
        const auto value = sealed("secret", context);
        CHECK_EQUAL(opened(sealer_of_key_1(), value, context), "secret");
        CHECK_EQUAL(opened(sealer_of_key_1(), value, context + "x"), "(nothing)");
    }
    CHECK_EQUAL(opened(sealer_of_key_1(), sealed("secret", {}), std::string_view{}), "secret");
}

TEST(R64_every_flipped_bit_is_refused) {
    const auto value = sealed("a session");
    for (std::size_t bit = 0; bit < 8 * value.size(); ++bit) {
        const Case at{std::to_string(bit)};
        auto changed = value;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1u << bit % 8);
        CHECK_EQUAL(opened(sealer_of_key_1(), changed), "(nothing)");
    }
    CHECK_EQUAL(opened(sealer_of_key_1(), value), "a session");
}

TEST(R64_every_truncation_and_every_added_byte_is_refused) {
    const auto value = sealed("a session");
    for (std::size_t size = 0; size < value.size(); ++size) {
        const auto end = value.begin() + static_cast<std::ptrdiff_t>(size);
        CHECK_EQUAL(opened(sealer_of_key_1(), Bytes(value.begin(), end)), "(nothing)");
        if (size > 0) CHECK_EQUAL(opened(sealer_of_key_1(), Bytes(end, value.end())), "(nothing)");
    }
    auto longer = value;
    longer.push_back(0);
    CHECK_EQUAL(opened(sealer_of_key_1(), longer), "(nothing)");
}

TEST(R64_parts_of_two_values_do_not_fit) {
    const auto a = sealed("a session");
    const auto b = sealed("b session");
    for (const std::size_t cut : {1u, 13u, 22u}) {
        auto mixed = a;
        std::copy(b.begin() + static_cast<std::ptrdiff_t>(cut), b.end(), mixed.begin() + static_cast<std::ptrdiff_t>(cut));
        if (cut == 1) CHECK_EQUAL(opened(sealer_of_key_1(), mixed), "b session");  // the mark is the key's
        else CHECK_EQUAL(opened(sealer_of_key_1(), mixed), "(nothing)");
    }
}

TEST(another_use_another_key_and_another_context_open_nothing) {
    const auto value = sealed("a session");
    CHECK_EQUAL(opened(Sealer{{key(1)}, use::totp_secret}, value), "(nothing)");
    CHECK_EQUAL(opened(Sealer{{key(2)}, use::session}, value), "(nothing)");
    CHECK_EQUAL(opened(sealer_of_key_1(), value, "Context"), "(nothing)");
    CHECK_EQUAL(opened(sealer_of_key_1(), value, ""), "(nothing)");
    CHECK_EQUAL(opened(Sealer{{key(1)}, use::session}, value), "a session");
}

// The mark has 8 bits: of 300 keys some share it with key 1.
TEST(no_key_of_300_opens_what_another_sealed) {
    const auto value = sealed("a session");
    for (int i = 0; i < 300; ++i) {
        auto other = key(1);
        other[0] = static_cast<std::uint8_t>(i);
        other[1] = static_cast<std::uint8_t>(2 + i / 256);
        CHECK_EQUAL(opened(Sealer{{other}, use::session}, value), "(nothing)");
    }
}

TEST(R66_the_first_key_seals_and_all_open) {
    const Sealer before{{key(1)}, use::session};
    const Sealer added{{key(1), key(2)}, use::session};
    const Sealer promoted{{key(2), key(1)}, use::session};
    const Sealer after{{key(2)}, use::session};
    const auto by = [](const Sealer& sealer) { return sealer.seal(bytes_of("a session"), "context"); };
    for (const auto* sealer : {&before, &added}) {
        CHECK_EQUAL(opened(before, by(*sealer)), "a session");
        CHECK_EQUAL(opened(promoted, by(*sealer)), "a session");
        CHECK_EQUAL(opened(after, by(*sealer)), "(nothing)");
    }
    for (const auto* sealer : {&promoted, &after}) {
        CHECK_EQUAL(opened(before, by(*sealer)), "(nothing)");
        CHECK_EQUAL(opened(added, by(*sealer)), "a session");
        CHECK_EQUAL(opened(after, by(*sealer)), "a session");
    }
}

TEST(a_full_ring_of_16_keys_opens_what_each_sealed) {
    std::vector<SecretBytes> keys;
    for (std::uint8_t i = 0; i < 16; ++i) keys.push_back(key(i));
    const Sealer ring{keys, use::session};
    for (const auto& each : keys) {
        const Sealer alone{{each}, use::session};
        CHECK_EQUAL(opened(ring, alone.seal(bytes_of("a session"), "context")), "a session");
    }
}

TEST(R65_nonces_differ_over_10000_seals) {
    std::set<Bytes> nonces;
    for (int i = 0; i < 10'000; ++i) {
        const auto value = sealed("a session");
        CHECK(nonces.insert(Bytes(value.begin() + 1, value.begin() + 13)).second);
    }
}

TEST(the_text_is_not_to_be_read_in_what_is_sealed) {
    const auto value = sealed("alice alice alice alice");
    const std::string_view text{reinterpret_cast<const char*>(value.data()), value.size()};
    CHECK_LACKS(text, "alice");
}

TEST(what_did_not_open_leaves_no_text_in_the_buffer) {
    auto value = sealed("a session");
    value.back() = static_cast<std::uint8_t>(value.back() ^ 1);
    Bytes buffer(value.size(), 0xee);
    CHECK(!sealer_of_key_1().open(value, "context", buffer));
    const std::string_view text{reinterpret_cast<const char*>(buffer.data()), buffer.size()};
    CHECK_LACKS(text, "a session");
    CHECK_LACKS(text, "sess");
}

TEST(a_buffer_that_is_too_small_is_a_bug) {
    const auto value = sealed("a session");
    Bytes buffer(8);
    CHECK_THROWS(sealer_of_key_1().open(value, "context", buffer));
}

TEST(a_value_over_16_MiB_is_a_bug_to_seal_and_nothing_to_open) {
    CHECK_THROWS(sealer_of_key_1().seal(Bytes((16 << 20) + 1), "context"));
    CHECK(!sealer_of_key_1().open(Bytes((16 << 20) + Sealer::overhead + 1), "context"));
}

TEST(many_threads_use_one_sealer) {
    const Sealer& sealer = sealer_of_key_1();
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&sealer, t] {
            for (int i = 0; i < 500; ++i) {
                const auto text = std::to_string(t) + "/" + std::to_string(i);
                const auto value = sealer.seal(bytes_of(text), "context");
                const auto plain = sealer.open(value, "context");
                if (!plain || text_of(*plain) != text) std::abort();
            }
        });
    }
    for (auto& thread : threads) thread.join();
}

TEST(R66_a_sealer_knows_which_key_of_the_ring_sealed_even_where_marks_are_the_same) {
    // 300 keys have marks of one byte: some share theirs.
    std::vector<SecretBytes> keys;
    for (int i = 0; i < 300; ++i) keys.push_back(random_bytes(key_bytes));
    const Sealer ring{keys, use::session};
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto opened = ring.open_by_key(Sealer{{keys[i]}, use::session}.seal(bytes_of("secret"), "context"), "context");
        CHECK(opened && text_of(opened->plain) == "secret");
        CHECK_EQUAL(opened->key, i);
    }
    CHECK(!ring.open_by_key(sealed("secret"), "context"));
}

TEST(a_sealer_that_failed_to_open_opens_the_next_value) {
    auto broken = sealed("a session");
    broken[20] = static_cast<std::uint8_t>(broken[20] ^ 1);
    CHECK_EQUAL(opened(sealer_of_key_1(), broken), "(nothing)");
    CHECK_EQUAL(opened(sealer_of_key_1(), sealed("next")), "next");
}

}  // namespace
}  // namespace uzmfa::test
