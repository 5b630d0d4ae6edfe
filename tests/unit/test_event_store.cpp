// SPDX-License-Identifier: Apache-2.0
#include "scratch_database.hpp"
#include "store/event_store.hpp"
#include "store/node_name.hpp"

#include <map>

namespace uzmfa::test {
namespace {

using Names = std::vector<std::string>;

Names names_of(const std::vector<StoredEvent>& events) {
    Names names;
    for (const auto& stored : events) names.push_back(stored.event.name);
    return names;
}

struct Scene {
    ScratchDatabase scratch;
    EventStore store{scratch.database()};

    Scene() {
        scratch.add_user("alice", "11111111-1111-4111-8111-11111111111A");
        scratch.add_user("bob", std::string{bobs_uuid});
        scratch.add_user("carol");
    }
    void add(std::string name, std::string user, std::string uuid = {}) {
        VALUE(store.add({.name = std::move(name), .user = std::move(user), .uuid = std::move(uuid)}));
    }
    std::vector<StoredEvent> all(const EventFilter& filter = {}) {
        return VALUE(store.page_after(filter, EventStore::oldest, 100));
    }
};

TEST(R87_an_event_is_kept_with_all_that_it_says) {
    Scene scene;
    const auto before = unix_now();
    VALUE(scene.store.add({.name = "wrong_code", .user = "bob", .address = "192.0.2.7", .browser = "Browser/1", .session = "0123456789abcdef",
                           .method = "totp", .made_by = "", .detail = "a detail"}));
    const auto events = scene.all();
    CHECK_EQUAL(events.size(), 1);
    const auto& [id, at, node, event] = events[0];
    CHECK(id > 0);
    CHECK(unix_time(at) >= before && unix_time(at) <= unix_now());
    CHECK_EQUAL(node, node_name());
    CHECK_EQUAL(event.name, "wrong_code");
    CHECK_EQUAL(event.user, "bob");
    CHECK_EQUAL(event.uuid, bobs_uuid);
    CHECK_EQUAL(event.address, "192.0.2.7");
    CHECK_EQUAL(event.browser, "Browser/1");
    CHECK_EQUAL(event.session, "0123456789abcdef");
    CHECK_EQUAL(event.method, "totp");
    CHECK_EQUAL(event.made_by, "");
    CHECK_EQUAL(event.detail, "a detail");
}

TEST(R54_what_is_to_be_told_is_claimed_once_and_told_once) {
    Scene scene;
    for (const auto* name : {"signed_in", "enrolled", "wrong_code", "reset", "skip_set", "skip_used", "recovery_used",
                             "temporary_used", "temporary_code_made", "recovery_codes_made"}) {
        scene.add(name, "bob");
    }
    const auto due = VALUE(scene.store.due_notifications());
    CHECK_EQUAL(names_of(due), (Names{"enrolled", "reset", "skip_set", "skip_used", "recovery_used", "temporary_used",
                                      "temporary_code_made", "recovery_codes_made"}));
    CHECK_EQUAL(due[0].event.uuid, bobs_uuid);
    CHECK(VALUE(scene.store.claim_notification(due[0])));
    CHECK(!VALUE(scene.store.claim_notification(due[0])));
    CHECK_EQUAL(VALUE(scene.store.due_notifications()).size(), 7);
    VALUE(scene.store.settle_notification(due[1]));
    CHECK(!VALUE(scene.store.claim_notification(due[1])));
    CHECK_EQUAL(names_of(VALUE(scene.store.due_notifications())).front(), "skip_set");
}

TEST(R54_many_that_are_due_of_one_user_are_told_behind_the_first_of_each_other) {
    Scene scene;
    for (int i = 0; i < 20; ++i) scene.add("recovery_codes_made", "bob");
    scene.add("reset", "alice");
    scene.add("skip_set", "carol", "33333333-3333-4333-8333-333333333333");
    scene.add("skip_used", "carol", "33333333-3333-4333-8333-333333333333");
    CHECK_EQUAL(names_of(VALUE(scene.store.due_notifications())),
                (Names{"recovery_codes_made", "reset", "skip_set", "recovery_codes_made", "skip_used", "recovery_codes_made",
                       "recovery_codes_made", "recovery_codes_made"}));
}

TEST(R54_what_was_not_told_is_due_again_later_and_later_for_a_day) {
    Scene scene;
    scene.add("reset", "bob");
    const auto age = [&](int seconds) {
        scene.scratch.run("UPDATE uzmfa_event SET at = at - " + std::to_string(seconds) + ", notify_at = notify_at - " +
                          std::to_string(seconds));
    };
    const auto due = [&] { return VALUE(scene.store.due_notifications()).size(); };
    CHECK(VALUE(scene.store.claim_notification(VALUE(scene.store.due_notifications())[0])));
    age(50);
    CHECK_EQUAL(due(), 0);
    age(15);
    CHECK_EQUAL(due(), 1);
    CHECK(VALUE(scene.store.claim_notification(VALUE(scene.store.due_notifications())[0])));
    age(100);
    CHECK_EQUAL(due(), 0);
    age(30);
    CHECK_EQUAL(due(), 1);
    age(86'400);
    CHECK_EQUAL(due(), 0);
}

TEST(a_uuid_is_that_of_the_row_in_lower_case_where_there_is_one) {
    Scene scene;
    for (const auto* user : {"alice", "carol", "nobody", "", "Alice"}) scene.add("wrong_password", user);
    scene.add("reset", "alice", std::string{bobs_uuid});
    Names uuids;
    for (const auto& stored : scene.all()) uuids.push_back(stored.event.uuid);
    CHECK_EQUAL(uuids, (Names{"11111111-1111-4111-8111-11111111111a", "", "", "", "", std::string{bobs_uuid}}));
}

TEST(what_an_administrator_did_is_an_event_too) {
    Scene scene;
    Account account;
    account.name = *UserName::of("bob");
    account.uuid = bobs_uuid;
    VALUE(scene.store.add_action("reset", account, {.name = "admin"}, "lost the phone"));
    CHECK_EQUAL(scene.scratch.row("SELECT event, username, uuid, made_by, detail, address, session FROM uzmfa_event"),
                "reset|bob|" + std::string{bobs_uuid} + "|admin|lost the phone||");
}

TEST(R88_texts_have_no_control_characters_and_the_size_of_their_columns) {
    Scene scene;
    const std::string long_text = std::string(254, 'x') + "\xc3\xb6\xc3\xb6";
    VALUE(scene.store.add({.name = std::string(40, 'n'),
                           .user = "a\r\nb\x1b[2J",
                           .uuid = std::string(40, 'u'),
                           .address = std::string(70, 'a'),
                           .browser = long_text,
                           .session = std::string(20, 's'),
                           .method = std::string(20, 'm'),
                           .made_by = std::string(300, 'b'),
                           .detail = "\xff\xfe not UTF-8 " + std::string(100'000, 'd')}));
    const auto event = scene.all().front().event;
    CHECK_EQUAL(event.name, std::string(32, 'n'));
    CHECK_EQUAL(event.user, "a??b?[2J");
    CHECK_EQUAL(event.uuid, std::string(36, 'u'));
    CHECK_EQUAL(event.address, std::string(64, 'a'));
    CHECK_EQUAL(event.browser, std::string(254, 'x'));
    CHECK_EQUAL(event.session, std::string(16, 's'));
    CHECK_EQUAL(event.method, std::string(16, 'm'));
    CHECK_EQUAL(event.made_by, std::string(255, 'b'));
    CHECK_EQUAL(event.detail.size(), 255);
    CHECK(event.detail.starts_with("?? not UTF-8 d"));
}

TEST(no_text_is_part_of_a_statement) {
    Scene scene;
    for (const auto text : injections) {
        const Case at{text};
        const std::string hostile{text};
        VALUE(scene.store.add({.name = "wrong_password", .user = hostile, .browser = hostile, .detail = hostile}));
        CHECK_EQUAL(scene.all({.user = hostile}).size(), 1);
    }
    CHECK_EQUAL(scene.scratch.row("SELECT count(*) FROM users"), "3");
    CHECK_EQUAL(scene.all().size(), std::size(injections));
}

TEST(a_users_events_are_those_of_the_uuid_and_of_the_name) {
    Scene scene;
    scene.add("one", "bob");
    scene.add("two", "robert", std::string{bobs_uuid});
    scene.add("three", "alice");
    scene.add("four", "");
    CHECK_EQUAL(names_of(scene.all({.user = "bob"})), Names{"one"});
    CHECK_EQUAL(names_of(scene.all({.uuid = std::string{bobs_uuid}})), (Names{"one", "two"}));
    CHECK_EQUAL(names_of(scene.all({.uuid = std::string{bobs_uuid}, .user = "alice"})), (Names{"one", "two", "three"}));
    CHECK(scene.all({.user = "nobody"}).empty());
    CHECK_EQUAL(scene.all().size(), 4);
}

TEST(events_come_a_page_at_a_time_from_either_end) {
    Scene scene;
    for (const auto* name : {"1", "2", "3", "4", "5"}) scene.add(name, "bob");
    const EventFilter everybodys;
    auto page = VALUE(scene.store.page_after(everybodys, EventStore::oldest, 2));
    CHECK_EQUAL(names_of(page), (Names{"1", "2"}));
    page = VALUE(scene.store.page_after(everybodys, page.back().id, 2));
    CHECK_EQUAL(names_of(page), (Names{"3", "4"}));
    page = VALUE(scene.store.page_after(everybodys, page.back().id, 2));
    CHECK_EQUAL(names_of(page), Names{"5"});
    page = VALUE(scene.store.page_before(everybodys, EventStore::newest, 2));
    CHECK_EQUAL(names_of(page), (Names{"5", "4"}));
    page = VALUE(scene.store.page_before(everybodys, page.back().id, 9));
    CHECK_EQUAL(names_of(page), (Names{"3", "2", "1"}));
    CHECK(VALUE(scene.store.page_before(everybodys, page.back().id, 9)).empty());
}

TEST(events_may_be_asked_for_since_a_moment) {
    Scene scene;
    scene.add("old", "bob");
    scene.scratch.run("UPDATE uzmfa_event SET at = 1000");
    scene.add("new", "bob");
    CHECK_EQUAL(names_of(scene.all({.since = from_unix_time(1000)})), (Names{"old", "new"}));
    CHECK_EQUAL(names_of(scene.all({.since = from_unix_time(1001)})), Names{"new"});
    CHECK_EQUAL(names_of(VALUE(scene.store.page_before({.user = "bob", .since = from_unix_time(1001)}, EventStore::newest, 9))),
                Names{"new"});
}

TEST(a_page_of_the_latest_says_where_the_next_one_begins) {
    Scene scene;
    for (std::size_t i = 0; i <= EventPage::most; ++i) scene.add(std::to_string(i), i % 2 ? "bob" : "alice");
    const EventKey from_the_newest{from_unix_time(unix_now() + 60), EventStore::newest};
    const auto first = VALUE(scene.store.latest("", from_the_newest));
    CHECK_EQUAL(first.events.size(), EventPage::most);
    CHECK_EQUAL(first.events.front().event.name, std::to_string(EventPage::most));
    const auto second = VALUE(scene.store.latest("", first.next.value()));
    CHECK_EQUAL(names_of(second.events), Names{"0"});
    CHECK(!second.next);
    const auto bobs = VALUE(scene.store.latest(bobs_uuid, from_the_newest));
    CHECK_EQUAL(bobs.events.size(), (EventPage::most + 1) / 2);
}

TEST(events_are_counted_by_hour_and_kind) {
    Scene scene;
    for (const auto* name : {"signed_in", "code_accepted", "wrong_code", "wrong_code", "signed_out"}) {
        VALUE(scene.store.add({.name = name, .user = "bob"}));
    }
    const auto since = from_unix_time(unix_now() - 2 * 3600);
    std::map<Tally, std::int64_t> counts;
    for (const auto& [hour, tally, number] : VALUE(scene.store.tallied(since))) {
        CHECK(hour >= unix_time(since) / 3600 && hour <= unix_now() / 3600);
        counts[tally] += number;
    }
    CHECK(counts == (std::map<Tally, std::int64_t>{{Tally::sign_in, 1}, {Tally::verification, 1}, {Tally::failure, 2}}));
    scene.scratch.run("UPDATE uzmfa_event_count SET hour = hour - 721 - 24, kind = 'unknown' WHERE kind = " +
                      ScratchDatabase::literal(name_of(Tally::failure)));
    CHECK_EQUAL(VALUE(scene.store.tallied(from_unix_time(0))).size(), 2);
    VALUE(scene.store.purge(seconds{0}));
    CHECK_EQUAL(scene.scratch.row("SELECT count(*) FROM uzmfa_event_count"), "2");
}

TEST(what_is_older_than_the_retention_goes) {
    Scene scene;
    for (const auto* name : {"old", "young"}) scene.add(name, "bob");
    scene.scratch.run("UPDATE uzmfa_event SET at = at - 7200 WHERE event = 'old'");
    VALUE(scene.store.purge(seconds{7300}));
    CHECK_EQUAL(scene.all().size(), 2);
    VALUE(scene.store.purge(seconds{7200}));
    CHECK_EQUAL(names_of(scene.all()), Names{"young"});
}

TEST(R84_without_a_database_an_event_is_an_error) {
    const ScratchPool pool;
    OwnConnection nowhere{pool, "sqlite3", "/nowhere/users.db"};
    const Statements statements{Driver::sqlite3, "users"};
    Database database{nowhere, statements};
    CHECK(ERROR_OF(EventStore{database}.add({})).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
