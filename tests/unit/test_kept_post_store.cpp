// SPDX-License-Identifier: Apache-2.0
#include "crypto/keys.hpp"
#include "scratch_database.hpp"
#include "store/kept_post_store.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

constexpr Uuid alice{1};
constexpr Uuid bob{2};

struct Kept : ScratchDatabase {
    std::vector<SecretBytes> keys;
    Sealer sealer;
    SecretBytes address_key = SecretBytes(32, 5);
    KeptPostStore store;

    Kept() : keys{SecretBytes(32, 1)}, sealer{keys, use::kept_post}, store{database(), sealer, address_key} {}
    KeptId keep(const Uuid& user, std::string target, std::string body, KeptId former = no_kept_post) {
        return *store.keep(user, former, Post{std::move(target), {{"Content-Type", "text/plain"}}, std::move(body)});
    }
};

}  // namespace

TEST(R81_a_kept_form_is_taken_once_as_it_was) {
    Kept kept;
    const std::string body("\0\xff binary\r\n", 11);
    const auto id = kept.keep(alice, "/orders", body);
    CHECK(id != no_kept_post);
    CHECK((*kept.store.find(alice, id))->post.body == body);
    const auto taken = *kept.store.take(alice, id);
    CHECK(taken && taken->post.target == "/orders" && taken->post.body == body);
    CHECK(taken->post.headers.size() == 1 && taken->until - taken->kept_at == kept_post_lifetime);
    CHECK(!*kept.store.take(alice, id));
}

TEST(R81_nobody_else_finds_it) {
    Kept kept;
    const auto id = kept.keep(alice, "/orders", "x");
    CHECK(!*kept.store.find(bob, id) && !*kept.store.take(bob, id));
    CHECK(*kept.store.find(alice, id));
}

TEST(R81_the_table_holds_no_word_of_it) {
    Kept kept;
    kept.keep(alice, "/orders/secret-name", "secret-body");
    CHECK(kept.row("SELECT address || sealed FROM uzmfa_kept_post").find("secret") == std::string::npos);
}

TEST(R81_a_row_moved_to_another_user_does_not_open) {
    Kept kept;
    const auto id = kept.keep(alice, "/orders", "x");
    kept.run("UPDATE uzmfa_kept_post SET uuid = '" + text_of(bob) + "'");
    const auto found = kept.store.find(bob, id);
    CHECK(!found && found.error().kind == ErrorKind::damaged);
}

TEST(R81_a_row_that_was_changed_does_not_open) {
    for (const std::string sealed : {"'%%%'", "''", "substr(sealed, 5)"}) {
        Kept kept;
        const auto id = kept.keep(alice, "/orders", "x");
        kept.run("UPDATE uzmfa_kept_post SET sealed = " + sealed);
        const auto found = kept.store.find(alice, id);
        CHECK(!found && found.error().kind == ErrorKind::damaged);
        CHECK(!kept.store.take(alice, id));
    }
}

TEST(R81_who_comes_second_or_cannot_drop_it_takes_no_form) {
    Kept kept;
    const auto id = kept.keep(alice, "/orders", "x");
    kept.run("CREATE TRIGGER faster BEFORE DELETE ON uzmfa_kept_post BEGIN SELECT RAISE(IGNORE); END");
    const auto second = kept.store.take(alice, id);
    CHECK(second && !*second);
    kept.run("DROP TRIGGER faster");
    kept.run("CREATE TRIGGER refuses BEFORE DELETE ON uzmfa_kept_post BEGIN SELECT RAISE(ABORT, 'refused'); END");
    const auto refused = kept.store.take(alice, id);
    CHECK(!refused && refused.error().kind == ErrorKind::unavailable);
    CHECK(*kept.store.find(alice, id));
}

TEST(R81_a_session_keeps_one_and_the_same_form_anew) {
    Kept kept;
    const auto id = kept.keep(alice, "/orders", "first");
    CHECK(kept.keep(alice, "/orders", "second", id) == id);
    CHECK((*kept.store.find(alice, id))->post.body == "second");
    CHECK(kept.keep(alice, "/invoices", "third", id) == no_kept_post);
    CHECK((*kept.store.find(alice, id))->post.body == "second");
}

TEST(R81_a_user_keeps_so_many_and_no_more) {
    Kept kept;
    KeptId last = no_kept_post;
    for (int i = 0; i < KeptPostStore::most_of_user; ++i) last = kept.keep(alice, "/orders", "x");
    CHECK(last != no_kept_post);
    CHECK(kept.keep(alice, "/orders", "x") == no_kept_post);
    CHECK(kept.keep(alice, "/orders", "y", last) == last);
    CHECK(kept.keep(bob, "/orders", "x") != no_kept_post);
}

TEST(R81_all_together_have_a_bound) {
    Kept kept;
    kept.keep(bob, "/orders", "x");
    kept.run("UPDATE uzmfa_kept_post SET size = " + std::to_string(KeptPostStore::most_bytes));
    CHECK(kept.keep(alice, "/orders", "x") == no_kept_post);
    kept.run("UPDATE uzmfa_kept_post SET expires_at = 1");
    CHECK(kept.keep(alice, "/orders", "x") != no_kept_post);
}

TEST(R81_an_old_one_is_gone) {
    Kept kept;
    const auto id = kept.keep(alice, "/orders", "x");
    kept.run("UPDATE uzmfa_kept_post SET expires_at = expires_at - 1801");
    CHECK(!*kept.store.find(alice, id) && !*kept.store.take(alice, id));
}

TEST(R81_one_that_is_let_go_is_gone) {
    Kept kept;
    const auto id = kept.keep(alice, "/orders", "x");
    CHECK(kept.store.drop(bob, id) && *kept.store.find(alice, id));
    CHECK(kept.store.drop(alice, id) && !*kept.store.find(alice, id));
}

}  // namespace uzmfa::test
