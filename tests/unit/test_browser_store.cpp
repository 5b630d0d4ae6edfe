// SPDX-License-Identifier: Apache-2.0
#include "crypto/encoding.hpp"
#include "crypto/mac.hpp"
#include "scratch_database.hpp"
#include "store/browser_store.hpp"

namespace uzmfa::test {
namespace {

constexpr seconds an_hour{3600};

struct Scene {
    ScratchDatabase scratch;
    BrowserStore store{scratch.database()};

    std::string remember(std::string_view uuid = alices_uuid, std::string_view former = {},
                         std::string_view browser = "Browser/1") {
        return VALUE(store.remember(uuid, an_hour, {"192.0.2.1", browser}, former));
    }
    bool knows(std::string_view token, std::string_view uuid = alices_uuid, seconds lifetime = an_hour) {
        return VALUE(store.remembered(uuid, token, lifetime)).has_value();
    }
    std::vector<RememberedBrowser> of(std::string_view uuid = alices_uuid) { return VALUE(store.of(uuid)); }
    std::string count() { return scratch.row("SELECT count(*) FROM uzmfa_browser"); }
    void make_older(int by) { scratch.run("UPDATE uzmfa_browser SET verified_at = verified_at - " + std::to_string(by)); }
};

TEST(R68_a_browser_is_known_by_its_token_and_only_for_its_user) {
    Scene scene;
    const auto before = unix_now();
    const auto token = scene.remember();
    const auto since = VALUE(scene.store.remembered(alices_uuid, token, an_hour));
    CHECK(since && unix_time(*since) >= before && unix_time(*since) <= unix_now());
    CHECK(!scene.knows(token, bobs_uuid));
    CHECK(!scene.knows(token, ""));
    const auto other = scene.remember();
    CHECK(other != token);
    CHECK(scene.knows(token));
    for (const auto text : injections) CHECK(!scene.knows(text));
    CHECK(!scene.knows(""));
    CHECK(!scene.knows(token.substr(1)));
}

TEST(R68_the_table_has_a_digest_of_the_token_and_no_more_of_it) {
    Scene scene;
    const auto token = scene.remember();
    CHECK_EQUAL(token.size(), 43);  // 256 bits in base64url
    const auto digest = hex(sha256(bytes_of(token)));
    CHECK_EQUAL(scene.scratch.row("SELECT digest, uuid, expires_at - verified_at, address, browser FROM uzmfa_browser"),
                digest + "|" + std::string{alices_uuid} + "|3600|192.0.2.1|Browser/1");
    CHECK(!scene.knows(digest));
}

TEST(R68_a_browser_is_known_until_its_own_end_and_no_longer_than_a_lifetime_that_was_shortened_since) {
    Scene scene;
    const auto token = scene.remember();
    scene.make_older(100);
    CHECK(scene.knows(token, alices_uuid, seconds{110}));
    CHECK(!scene.knows(token, alices_uuid, seconds{100}));
    CHECK(!scene.knows(token, alices_uuid, seconds{0}));
    scene.scratch.run("UPDATE uzmfa_browser SET expires_at = " + std::to_string(unix_now()));
    CHECK(!scene.knows(token, alices_uuid, 1000 * an_hour));
    CHECK(scene.of().empty());
}

TEST(a_browser_that_is_remembered_anew_takes_the_place_of_its_former_token_whoevers_it_was) {
    Scene scene;
    const auto bobs = scene.remember(bobs_uuid);
    const auto kept = scene.remember();
    const auto token = scene.remember(alices_uuid, bobs);
    CHECK(!scene.knows(bobs, bobs_uuid));
    CHECK(scene.knows(kept));
    CHECK(scene.knows(token));
    scene.remember(alices_uuid, "nothing");
    CHECK_EQUAL(scene.count(), "3");
}

TEST(R63_a_browser_is_listed_with_its_origin_the_latest_first_by_a_name_that_is_no_token) {
    Scene scene;
    const auto first = scene.remember(alices_uuid, {}, "Browser/1");
    scene.make_older(60);
    scene.remember(alices_uuid, {}, "Browser/2");
    scene.remember(bobs_uuid);
    const auto listed = scene.of();
    CHECK_EQUAL(listed.size(), 2);
    CHECK_EQUAL(listed[0].browser, "Browser/2");
    CHECK_EQUAL(listed[1].browser, "Browser/1");
    CHECK_EQUAL(listed[1].address, "192.0.2.1");
    CHECK(listed[1].expires_at - listed[1].verified_at == an_hour + seconds{60});
    CHECK_EQUAL(listed[1].id, hex(sha256(bytes_of(first))).substr(0, 16));
    CHECK(!scene.knows(listed[1].id));
}

TEST(R63_a_browser_is_forgotten_by_its_name_and_by_its_own_user) {
    Scene scene;
    const auto token = scene.remember();
    const auto other = scene.remember();
    const auto id = hex(sha256(bytes_of(token))).substr(0, 16);
    CHECK(!VALUE(scene.store.forget(bobs_uuid, id)));
    for (const std::string_view wrong :
         {std::string_view{}, std::string_view{id}.substr(1), std::string_view{token}, injections[0]}) {
        CHECK(!VALUE(scene.store.forget(alices_uuid, wrong)));
    }
    CHECK(scene.knows(token));
    CHECK(VALUE(scene.store.forget(alices_uuid, id)));
    CHECK(!VALUE(scene.store.forget(alices_uuid, id)));
    CHECK(!scene.knows(token));
    CHECK(scene.knows(other));
}

TEST(R68_all_browsers_of_a_user_are_forgotten_or_everybodys) {
    Scene scene;
    const auto alices = scene.remember();
    const auto bobs = scene.remember(bobs_uuid);
    VALUE(scene.store.forget_all(alices_uuid));
    CHECK(!scene.knows(alices));
    CHECK(scene.knows(bobs, bobs_uuid));
    scene.remember();
    VALUE(scene.store.forget_all(""));
    CHECK(scene.knows(bobs, bobs_uuid));
    VALUE(scene.store.forget_everybodys());
    CHECK_EQUAL(scene.count(), "0");
}

TEST(what_has_expired_goes_with_the_next_that_comes) {
    Scene scene;
    scene.remember();
    scene.scratch.run("UPDATE uzmfa_browser SET expires_at = " + std::to_string(unix_now()));
    scene.remember(bobs_uuid);
    CHECK_EQUAL(scene.count(), "1");
}

TEST(R88_what_a_browser_calls_itself_is_kept_as_text_and_as_much_as_the_column_holds) {
    Scene scene;
    VALUE(scene.store.remember(alices_uuid, an_hour,
                               {std::string(70, 'a'),
                                "\xff"
                                "Browser\x1b[2J\n" +
                                    std::string(300, 'x')},
                               {}));
    const auto listed = scene.of().front();
    CHECK_EQUAL(listed.address, std::string(64, 'a'));
    CHECK_EQUAL(listed.browser.size(), 255);
    CHECK(listed.browser.starts_with("?Browser?[2J?xxx"));
    scene.scratch.run("DELETE FROM uzmfa_browser");
    scene.remember(alices_uuid, {}, std::string(254, 'x') + "\xc3\xb6");
    CHECK_EQUAL(scene.of().front().browser, std::string(254, 'x'));
}

TEST(R84_a_table_that_is_gone_is_an_error_and_no_browser_is_known) {
    Scene scene;
    scene.scratch.run("DROP TABLE uzmfa_browser");
    CHECK(ERROR_OF(scene.store.remember(alices_uuid, an_hour, {}, {})).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.remembered(alices_uuid, "token", an_hour)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.forget(alices_uuid, "id")).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.forget_all(alices_uuid)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.of(alices_uuid)).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
