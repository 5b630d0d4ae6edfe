// SPDX-License-Identifier: Apache-2.0
#include "crypto/tokens.hpp"
#include "scratch_database.hpp"
#include "store/event_store.hpp"
#include "store/failed_code_store.hpp"

namespace uzmfa::test {
namespace {

using Texts = std::vector<std::string>;

Texts addresses_of(const std::vector<FailedCode>& failures) {
    Texts addresses;
    for (const auto& failure : failures) addresses.push_back(failure.address);
    return addresses;
}

constexpr SessionId this_one{1};
constexpr SessionId another{2};

struct Scene {
    ScratchDatabase scratch;
    FailedCodeStore store{scratch.database()};

    void add(std::string event, std::string address, std::string_view uuid = alices_uuid, const SessionId& session = another) {
        VALUE(EventStore{scratch.database()}.add({.name = std::move(event), .user = "x", .uuid = std::string{uuid},
                                                  .address = std::move(address), .browser = "Browser/1", .session = digest_of(session)}));
    }
    void make_older(std::string_view address, int by) {
        scratch.run("UPDATE uzmfa_event SET at = " + std::to_string(unix_now() - by) + " WHERE address = " + ScratchDatabase::literal(address));
    }
    Texts latest() { return addresses_of(VALUE(store.latest(alices_uuid))); }
    Texts unseen() { return addresses_of(VALUE(store.unseen(alices_uuid, this_one))); }
};

TEST(R89_a_failed_code_is_told_with_time_address_and_browser) {
    Scene scene;
    const auto before = unix_now();
    scene.add("wrong_code", "192.0.2.1");
    for (const auto& failures : {VALUE(scene.store.latest(alices_uuid)), VALUE(scene.store.unseen(alices_uuid, this_one))}) {
        CHECK_EQUAL(failures.size(), 1);
        CHECK(unix_time(failures[0].at) >= before && unix_time(failures[0].at) <= unix_now());
        CHECK_EQUAL(failures[0].address, "192.0.2.1");
        CHECK_EQUAL(failures[0].browser, "Browser/1");
    }
}

TEST(R89_codes_that_were_not_right_have_failed_and_nothing_else_has) {
    Scene scene;
    for (const auto* event : {"wrong_code", "code_used", "wrong_recovery_code"}) scene.add(event, event);
    for (const auto* event : {"wrong_password", "too_many_codes", "factor_closed", "signed_in", "reset"}) scene.add(event, event);
    CHECK_EQUAL(scene.latest(), (Texts{"wrong_recovery_code", "code_used", "wrong_code"}));
    CHECK_EQUAL(scene.unseen(), scene.latest());
}

TEST(R89_the_latest_5_are_told_the_newest_first) {
    Scene scene;
    for (const auto* address : {"1", "2", "3", "4", "5", "6"}) scene.add("wrong_code", address);
    CHECK_EQUAL(scene.latest(), (Texts{"6", "5", "4", "3", "2"}));
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

TEST(R89_what_failed_before_the_last_second_factor_that_was_passed_has_been_seen) {
    for (const auto* success : {"code_accepted", "enrolled", "recovery_used", "temporary_used"}) {
        const Case at{success};
        Scene scene;
        scene.add("wrong_code", "before");
        scene.add(success, "success");
        CHECK(scene.unseen().empty());
        CHECK_EQUAL(scene.latest(), Texts{"before"});
        scene.add("wrong_code", "after");
        CHECK_EQUAL(scene.unseen(), Texts{"after"});
    }
}

TEST(R89_a_failure_stays_unseen_through_what_is_no_second_factor_of_the_user) {
    Scene scene;
    scene.add("wrong_code", "unseen");
    for (const auto* event : {"signed_in", "skip_used", "browser_known", "signed_out", "wrong_password"}) scene.add(event, "x");
    scene.add("code_accepted", "bobs", bobs_uuid);
    CHECK_EQUAL(scene.unseen(), Texts{"unseen"});
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
