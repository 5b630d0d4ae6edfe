// SPDX-License-Identifier: Apache-2.0
#include "crypto/keys.hpp"
#include "scratch_database.hpp"
#include "store/sign_in_failure_store.hpp"

namespace uzmfa::test {
namespace {

constexpr SignInRate three{3, seconds{600}};
constexpr seconds hour{3600};
constexpr std::string_view here = "192.0.2.1";

struct Scene {
    ScratchDatabase scratch;
    SecretBytes key = SecretBytes(key_bytes, 7);
    SignInFailureStore store{scratch.database(), key, three, hour};

    std::optional<seconds> charge(std::string_view name, std::string_view address = here) {
        return VALUE(store.charge(name, address));
    }
    void fill(std::string_view name, std::string_view address = here) {
        for (int i = 0; i < three.most; ++i) CHECK(!charge(name, address));
    }
    void age(int seconds) { scratch.run("UPDATE uzmfa_sign_in_failure SET began_at = began_at - " + std::to_string(seconds)); }
    std::string rows() { return scratch.row("SELECT count(*) FROM uzmfa_sign_in_failure"); }
    std::string failures() { return scratch.row("SELECT sum(failures) FROM uzmfa_sign_in_failure"); }
};

// The database's clock may have gone on by a second or two.
void check_about(const std::optional<seconds>& wait, std::int64_t expected) {
    CHECK(wait.has_value());
    const Case at{std::to_string(wait->count())};
    CHECK(wait->count() <= expected && wait->count() >= expected - 5);
}

TEST(so_many_failures_are_let_through_and_the_next_waits) {
    Scene scene;
    scene.fill("alice");
    check_about(scene.charge("alice"), 600);
    check_about(scene.charge("alice"), 600);
    CHECK_EQUAL(scene.failures(), "3");
}

TEST(the_window_begins_at_the_first_failure_and_ends_after_its_time) {
    Scene scene;
    CHECK(!scene.charge("alice"));
    scene.age(500);
    CHECK(!scene.charge("alice") && !scene.charge("alice"));
    check_about(scene.charge("alice"), 100);
    scene.age(100);
    scene.fill("alice");
    check_about(scene.charge("alice"), 600);
}

TEST(R27_other_names_and_other_addresses_count_apart) {
    Scene scene;
    scene.fill("alice");
    CHECK(!scene.charge("bob"));
    CHECK(!scene.charge("alice", "192.0.2.2"));
    CHECK(!scene.charge("Alice"));
    CHECK(!scene.charge("alice ", here));
    CHECK(scene.charge("alice").has_value());
}

TEST(a_network_of_IPv6_counts_as_one_address) {
    Scene scene;
    scene.fill("alice", "2001:db8:1:2::1");
    CHECK(scene.charge("alice", "2001:db8:1:2:3::4").has_value());
    CHECK(!scene.charge("alice", "2001:db8:1:3::1"));
}

TEST(no_name_shifts_the_boundary_between_address_and_name) {
    Scene scene;
    scene.fill("1\nalice", "192.0.2.");
    CHECK(!scene.charge("alice", "192.0.2.1"));
}

TEST(what_no_user_can_be_called_counts_as_one_name) {
    Scene scene;
    scene.fill(std::string(256, 'a'));
    CHECK(scene.charge(std::string(257, 'b')).has_value());
    CHECK(scene.charge("").has_value());
    CHECK(!scene.charge(std::string(255, 'a')));
}

TEST(a_right_password_clears_its_own_pair_only) {
    Scene scene;
    scene.fill("alice");
    scene.fill("alice", "192.0.2.2");
    scene.fill("bob");
    VALUE(scene.store.clear("alice", here));
    scene.fill("alice");
    CHECK(scene.charge("alice", "192.0.2.2").has_value());
    CHECK(scene.charge("bob").has_value());
}

TEST(what_is_given_back_was_not_counted) {
    Scene scene;
    for (int i = 0; i < 10; ++i) {
        CHECK(!scene.charge("alice"));
        VALUE(scene.store.give_back("alice", here));
    }
    CHECK_EQUAL(scene.failures(), "0");
    scene.age(590);
    scene.fill("alice");
    check_about(scene.charge("alice"), 600);
    VALUE(scene.store.give_back("nobody", here));
    for (int i = 0; i < 5; ++i) VALUE(scene.store.give_back("alice", here));
    CHECK_EQUAL(scene.failures(), "0");
}

TEST(R27_of_60_at_a_time_exactly_so_many_are_let_through) {
    ScratchDatabase scratch;
    const SecretBytes key(key_bytes, 7);
    const auto charge = [&](Database& database) -> Result<bool> {
        auto wait = SignInFailureStore{database, key, {10, seconds{600}}, hour}.charge("alice", here);
        if (!wait) return wait.error();
        return !*wait;
    };
    CHECK_EQUAL(winners_of(60, scratch, charge), 10);
    scratch.run("UPDATE uzmfa_sign_in_failure SET began_at = began_at - 600");
    CHECK_EQUAL(winners_of(60, scratch, charge), 10);
}

TEST(old_rows_go_a_hundred_at_a_time) {
    Scene scene;
    scene.scratch.run("INSERT INTO uzmfa_sign_in_failure (pair, failures, began_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
                      " SELECT i + 1 FROM n WHERE i < 150) SELECT 'old' || i, 1, CAST(strftime('%s', 'now') AS integer) - 3600 FROM n");
    CHECK(!scene.charge("alice"));
    CHECK_EQUAL(scene.rows(), "51");
    CHECK(!scene.charge("bob"));
    CHECK_EQUAL(scene.rows(), "2");
    scene.age(3590);
    CHECK(!scene.charge("carol"));
    CHECK_EQUAL(scene.rows(), "3");
}

TEST(the_table_names_nobody_and_another_key_makes_another_row) {
    Scene scene;
    CHECK(!scene.charge("alice"));
    const auto pair = scene.scratch.row("SELECT pair FROM uzmfa_sign_in_failure");
    CHECK_EQUAL(pair.size(), 64);
    CHECK_LACKS(pair, "alice");
    const SecretBytes other(key_bytes, 8);
    CHECK(!VALUE((SignInFailureStore{scene.scratch.database(), other, three, hour}.charge("alice", here))));
    CHECK_EQUAL(scene.rows(), "2");
}

TEST(R76_a_name_is_taken_literally) {
    for (const auto text : injections) {
        const Case at{text};
        Scene scene;
        scene.fill(text);
        CHECK(scene.charge(text).has_value());
        VALUE(scene.store.clear(text, here));
        CHECK_EQUAL(scene.rows(), "0");
    }
}

TEST(R84_a_database_that_fails_is_an_error_and_lets_nobody_through) {
    Scene scene;
    scene.scratch.run("DROP TABLE uzmfa_sign_in_failure");
    CHECK(ERROR_OF(scene.store.charge("alice", here)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.give_back("alice", here)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.clear("alice", here)).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
