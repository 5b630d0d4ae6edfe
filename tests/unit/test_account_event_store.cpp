// SPDX-License-Identifier: Apache-2.0
#include "crypto/tokens.hpp"
#include "scratch_database.hpp"
#include "store/account_event_store.hpp"
#include "store/event_store.hpp"

namespace uzmfa::test {
namespace {

using Texts = std::vector<std::string>;

Texts addresses_of(const std::vector<AccountEvent>& events) {
    Texts addresses;
    for (const auto& event : events) addresses.push_back(event.address);
    return addresses;
}

constexpr SessionId this_one{1};
constexpr SessionId another{2};

struct Scene {
    ScratchDatabase scratch;
    AccountEventStore store{scratch.database()};

    void add(std::string event, std::string address, std::string_view uuid = alices_uuid, const SessionId& session = another) {
        VALUE(EventStore{scratch.database()}.add({.name = std::move(event), .user = "x", .uuid = std::string{uuid},
                                                  .address = std::move(address), .browser = "Browser/1", .session = digest_of(session)}));
    }
    void make_older(std::string_view address, int by) {
        scratch.run("UPDATE uzmfa_event SET at = " + std::to_string(unix_now() - by) +
                    " WHERE address = " + ScratchDatabase::literal(address));
    }
    Texts latest() { return addresses_of(VALUE(store.latest(alices_uuid))); }
    Texts unseen() { return addresses_of(VALUE(store.unseen(alices_uuid, this_one))); }
};

TEST(R89_what_happened_is_told_with_time_address_and_browser) {
    Scene scene;
    const auto before = unix_now();
    scene.add("wrong_code", "192.0.2.1");
    for (const auto& events : {VALUE(scene.store.latest(alices_uuid)), VALUE(scene.store.unseen(alices_uuid, this_one))}) {
        CHECK_EQUAL(events.size(), 1);
        CHECK_EQUAL(events[0].name, "wrong_code");
        CHECK(unix_time(events[0].at) >= before && unix_time(events[0].at) <= unix_now());
        CHECK_EQUAL(events[0].address, "192.0.2.1");
        CHECK_EQUAL(events[0].browser, "Browser/1");
    }
}

TEST(R54_R89_the_user_is_told_of_these_and_of_nothing_else) {
    Scene scene;
    const Texts told{"wrong_code", "code_used", "wrong_recovery_code", "recovery_used", "temporary_used", "temporary_code_made",
                     "skip_set",   "skip_used", "reset",               "recovery_codes_made"};
    for (const auto& event : told) scene.add(event, event);
    for (const auto* event : {"wrong_password", "too_many_codes", "signed_in", "not_a_code"}) scene.add(event, event);
    CHECK_EQUAL(scene.latest(), (Texts{"recovery_codes_made", "reset", "skip_used", "skip_set", "temporary_code_made",
                                       "temporary_used", "recovery_used", "wrong_recovery_code", "code_used", "wrong_code"}));
    CHECK_EQUAL(scene.unseen(), scene.latest());
}

TEST(R54_R89_somebody_who_makes_many_wrong_codes_hides_nothing_else) {
    Scene scene;
    const Texts others{"recovery_used", "skip_set", "reset"};
    for (const auto& event : others) scene.add(event, event);
    for (int i = 1; i <= 20; ++i) scene.add("wrong_code", std::to_string(i));
    scene.add("temporary_used", "temporary_used");
    CHECK_EQUAL(scene.latest(), (Texts{"temporary_used", "20", "19", "18", "17", "16", "15", "reset", "skip_set", "recovery_used"}));
    CHECK_EQUAL(scene.unseen(), scene.latest());
}

TEST(R54_where_an_administrator_is_nobody_is_told) {
    Scene scene;
    VALUE(EventStore{scene.scratch.database()}.add({.name = "skip_set", .user = "x", .uuid = std::string{alices_uuid},
                                                    .address = "192.0.2.9", .browser = "Browser/2", .made_by = "helen"}));
    const auto events = VALUE(scene.store.latest(alices_uuid));
    CHECK_EQUAL(events.at(0).name, "skip_set");
    CHECK_EQUAL(events.at(0).address + events.at(0).browser, "");
}

TEST(R89_the_latest_10_are_told_the_newest_first) {
    Scene scene;
    for (int i = 1; i <= 12; ++i) scene.add("wrong_code", std::to_string(i));
    CHECK_EQUAL(scene.latest(), (Texts{"12", "11", "10", "9", "8", "7", "6", "5", "4", "3"}));
    CHECK_EQUAL(scene.unseen(), scene.latest());
}

TEST(failures_are_their_users_own) {
    Scene scene;
    scene.add("wrong_code", "bobs", bobs_uuid);
    scene.add("wrong_code", "nobodys", "");
    CHECK(scene.latest().empty());
    CHECK(scene.unseen().empty());
}

TEST(what_failed_more_than_30_days_ago_is_not_told) {
    Scene scene;
    scene.add("wrong_code", "old");
    scene.add("wrong_code", "young");
    scene.make_older("old", 30 * 86400);
    scene.make_older("young", 30 * 86400 - 60);
    CHECK_EQUAL(scene.latest(), Texts{"young"});
    CHECK_EQUAL(scene.unseen(), Texts{"young"});
}

TEST(R89_what_was_before_the_last_code_of_the_app_has_been_seen) {
    Scene scene;
    scene.add("wrong_code", "before");
    scene.add("code_accepted", "success");
    CHECK(scene.unseen().empty());
    CHECK_EQUAL(scene.latest(), Texts{"before"});
    scene.add("wrong_code", "after");
    CHECK_EQUAL(scene.unseen(), Texts{"after"});
}

TEST(R54_another_way_in_does_not_hide_what_was_before) {
    Scene scene;
    scene.add("wrong_code", "unseen");
    for (const auto* event : {"signed_in", "signed_out", "wrong_password"}) scene.add(event, "x");
    scene.add("code_accepted", "bobs", bobs_uuid);
    scene.add("recovery_used", "recovered");
    CHECK_EQUAL(scene.unseen(), (Texts{"recovered", "unseen"}));
}

TEST(what_failed_in_this_very_session_its_user_knows) {
    Scene scene;
    scene.add("wrong_code", "elsewhere");
    scene.add("wrong_code", "here", alices_uuid, this_one);
    CHECK_EQUAL(scene.unseen(), Texts{"elsewhere"});
    CHECK_EQUAL(scene.latest(), (Texts{"here", "elsewhere"}));
}

TEST(R84_a_table_of_events_that_is_gone_is_an_error) {
    Scene scene;
    scene.scratch.run("DROP TABLE uzmfa_event");
    CHECK(ERROR_OF(scene.store.latest(alices_uuid)).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(scene.store.unseen(alices_uuid, this_one)).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
