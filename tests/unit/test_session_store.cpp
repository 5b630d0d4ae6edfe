// SPDX-License-Identifier: Apache-2.0
#include "crypto/password_mark.hpp"
#include "scratch_database.hpp"
#include "store/session_store.hpp"

#include <ctime>
#include <map>

namespace uzmfa::test {
namespace {

constexpr SessionId session_of(std::uint8_t number) { return {number, 0xff, 0x0a}; }

Moment in(std::int64_t seconds_from_now) { return from_unix_time(std::time(nullptr) + seconds_from_now); }

Uuid alice() { return *uuid_of(alices_uuid); }
Uuid bob() { return *uuid_of(bobs_uuid); }

SessionChanges changes(Database& database, Moment since = {}) { return VALUE(SessionStore{database}.changes_since(since)); }

std::map<SessionId, Moment> revoked(Database& database) {
    std::map<SessionId, Moment> all;
    for (const auto& [id, uuid, until] : changes(database).revocations) all[id] = until;
    return all;
}

// alice as the application has her, with a password.
void add_alice(ScratchDatabase& scratch) {
    scratch.add_user("alice", std::string{alices_uuid});
    scratch.run("UPDATE users SET password = 'hash', mfa_enrolled = TRUE WHERE username = 'alice'");
}

std::optional<RowState> row_of(ScratchDatabase& scratch, std::string_view name, std::uint8_t session = 1) {
    return VALUE(SessionStore{scratch.database()}.row_of(name, session_of(session)));
}

TEST(R61_a_revoked_session_is_told_with_its_user_and_its_end) {
    ScratchDatabase scratch;
    const auto end = in(3600);
    VALUE(SessionStore{scratch.database()}.revoke(session_of(1), alice(), end));
    const auto told = changes(scratch.database()).revocations;
    CHECK_EQUAL(told.size(), 1);
    CHECK(told[0].id == session_of(1));
    CHECK(told[0].uuid == alice());
    CHECK_EQUAL(told[0].until, end);
    CHECK_EQUAL(scratch.row("SELECT session FROM uzmfa_revocation"), "01ff0a00000000000000000000000000");
}

TEST(R61_another_node_is_told_too) {
    ScratchDatabase scratch;
    VALUE(SessionStore{scratch.database()}.revoke(session_of(1), {}, in(3600)));
    Client other{scratch.file, scratch.statements};
    CHECK(revoked(other.database).contains(session_of(1)));
}

TEST(a_session_is_revoked_for_one_caller_only_and_keeps_its_end) {
    ScratchDatabase scratch;
    SessionStore store{scratch.database()};
    const auto end = in(3600);
    CHECK(!VALUE(store.is_revoked(session_of(1))));
    CHECK(VALUE(store.revoke(session_of(1), alice(), end)).first);
    CHECK(!VALUE(store.revoke(session_of(1), alice(), in(60))).first);
    CHECK(VALUE(store.is_revoked(session_of(1))));
    CHECK(revoked(scratch.database()) == (std::map<SessionId, Moment>{{session_of(1), end}}));
}

TEST(a_session_that_would_have_ended_by_itself_is_told_no_more_and_purged) {
    ScratchDatabase scratch;
    SessionStore store{scratch.database()};
    VALUE(store.revoke(session_of(1), alice(), in(-1)));
    VALUE(store.note(alice(), {session_of(3), Method::totp, in(-60), in(-1), "192.0.2.1", "Browser"}));
    CHECK(revoked(scratch.database()).empty());
    CHECK(VALUE(store.verified_of(alice())).empty());
    VALUE(store.revoke(session_of(2), alice(), in(3600)));
    VALUE(store.purge());
    CHECK_EQUAL(scratch.row("SELECT count(*), max(substr(session, 1, 2)) FROM uzmfa_revocation"), "1|02");
    CHECK_EQUAL(scratch.row("SELECT count(*) FROM uzmfa_session"), "0");
}

TEST(only_what_is_new_is_told_again_and_what_may_have_come_late) {
    ScratchDatabase scratch;
    VALUE(SessionStore{scratch.database()}.revoke(session_of(1), alice(), in(3600)));
    const auto seen = changes(scratch.database()).seen;
    CHECK(seen >= in(-2) && seen <= in(2));
    scratch.run("UPDATE uzmfa_revocation SET made_at = " + std::to_string(unix_time(seen)));  // a second may have begun since
    CHECK_EQUAL(changes(scratch.database(), seen).revocations.size(), 1);
    CHECK_EQUAL(changes(scratch.database(), seen + seconds{30}).revocations.size(), 1);
    CHECK(changes(scratch.database(), seen + seconds{31}).revocations.empty());
    // The database's clock may have gone back, as behind a failover.
    CHECK(changes(scratch.database(), seen + seconds{3600}).seen <= in(2));
}

TEST(old_changes_are_told_once_though_no_newer_ones_come) {
    ScratchDatabase scratch;
    VALUE(SessionStore{scratch.database()}.revoke(session_of(1), alice(), in(3600)));
    scratch.run("UPDATE uzmfa_revocation SET made_at = made_at - 60");
    const auto first = changes(scratch.database());
    CHECK_EQUAL(first.revocations.size(), 1);
    CHECK(first.seen >= in(-2) && first.seen <= in(2));
    CHECK(changes(scratch.database(), first.seen).revocations.empty());
}

TEST(R62_the_end_of_all_sessions_of_a_user_is_an_epoch_and_others_keep_theirs) {
    ScratchDatabase scratch;
    SessionStore store{scratch.database()};
    VALUE(store.revoke(session_of(1), alice(), in(3600)));
    VALUE(store.revoke(session_of(2), bob(), in(3600)));
    VALUE(store.note(alice(), {session_of(3), Method::totp, in(0), in(3600), "192.0.2.1", "Browser"}));
    CHECK_EQUAL(VALUE(store.end_all(alice())), 1);
    CHECK_EQUAL(VALUE(store.end_all(alice())), 2);
    const auto told = changes(scratch.database());
    CHECK_EQUAL(told.epochs.size(), 1);
    CHECK(told.epochs[0].uuid == alice());
    CHECK_EQUAL(told.epochs[0].epoch, 2);
    CHECK(revoked(scratch.database()).contains(session_of(2)));
    CHECK(!revoked(scratch.database()).contains(session_of(1)));
    CHECK(VALUE(store.verified_of(alice())).empty());
}

TEST(R62_the_end_of_everybodys_sessions_is_an_epoch_too) {
    ScratchDatabase scratch;
    SessionStore store{scratch.database()};
    VALUE(store.note(alice(), {session_of(3), Method::totp, in(0), in(3600), "192.0.2.1", "Browser"}));
    CHECK_EQUAL(VALUE(store.end_everybodys()), 1);
    CHECK(changes(scratch.database()).epochs[0].uuid == Uuid{});
    CHECK(VALUE(store.verified_of(alice())).empty());
}

TEST(R62_a_user_without_a_uuid_is_not_everybody) {
    ScratchDatabase scratch;
    SessionStore store{scratch.database()};
    VALUE(store.note(alice(), {session_of(3), Method::totp, in(0), in(3600), "192.0.2.1", "Browser"}));
    CHECK(ERROR_OF(store.end_all(Uuid{})).kind == ErrorKind::damaged);
    CHECK(changes(scratch.database()).epochs.empty());
    CHECK_EQUAL(VALUE(store.verified_of(alice())).size(), 1);
}

TEST(beyond_32_ended_sessions_of_a_user_all_earlier_ones_are_over_in_one_row) {
    ScratchDatabase scratch;
    SessionStore store{scratch.database()};
    VALUE(store.revoke(session_of(200), bob(), in(3600)));
    for (std::uint8_t i = 1; i <= most_revocations; ++i) {
        CHECK(!VALUE(store.revoke(session_of(i), alice(), in(3600))).epoch);
    }
    const auto last = VALUE(store.revoke(session_of(100), alice(), in(3600)));
    CHECK(last.first);
    CHECK_EQUAL(last.epoch.value_or(0), 1);
    CHECK_EQUAL(scratch.row("SELECT count(*) FROM uzmfa_revocation"), "2");
    CHECK(VALUE(store.is_revoked(session_of(100))));
    CHECK(VALUE(store.is_revoked(session_of(200))));
}

TEST(R84_where_the_row_for_all_earlier_ones_cannot_be_kept_none_is_ended) {
    for (const std::string spoils :
         {"BEFORE INSERT ON uzmfa_epoch BEGIN SELECT RAISE(ABORT, 'refused'); END",
          "BEFORE INSERT ON uzmfa_revocation WHEN (SELECT count(*) FROM uzmfa_epoch) > 0"
          " BEGIN SELECT RAISE(ABORT, 'refused'); END"}) {
        const Case at{spoils};
        ScratchDatabase scratch;
        SessionStore store{scratch.database()};
        for (std::uint8_t i = 1; i <= most_revocations; ++i) VALUE(store.revoke(session_of(i), alice(), in(3600)));
        scratch.run("CREATE TRIGGER spoils " + spoils);
        CHECK(ERROR_OF(store.revoke(session_of(100), alice(), in(3600))).kind == ErrorKind::unavailable);
        CHECK(!VALUE(store.is_revoked(session_of(100))));
        CHECK_EQUAL(scratch.row("SELECT count(*), (SELECT count(*) FROM uzmfa_epoch) FROM uzmfa_revocation"),
                    std::to_string(most_revocations) + "|0");
    }
}

TEST(an_epoch_that_is_gone_as_soon_as_it_was_begun_is_an_error_and_ends_no_session) {
    ScratchDatabase scratch;
    SessionStore store{scratch.database()};
    VALUE(store.note(alice(), {session_of(3), Method::totp, in(0), in(3600), "192.0.2.1", "Browser"}));
    scratch.run("CREATE TRIGGER takes AFTER INSERT ON uzmfa_epoch BEGIN DELETE FROM uzmfa_epoch; END");
    CHECK(ERROR_OF(store.end_all(alice())).kind == ErrorKind::damaged);
    CHECK_EQUAL(VALUE(store.verified_of(alice())).size(), 1);
}

TEST(revocations_of_one_user_at_once_begin_one_epoch) {
    ScratchDatabase scratch;
    std::atomic<std::uint8_t> number = 0;
    const int begun = winners_of(40, scratch, [&](Database& database) -> Result<bool> {
        auto revoked = SessionStore{database}.revoke(session_of(++number), alice(), in(3600));
        if (!revoked) return revoked.error();
        return revoked->epoch.has_value();
    });
    CHECK_EQUAL(begun, 1);
}

TEST(R63_a_verified_session_is_listed_with_its_origin_until_it_is_revoked) {
    ScratchDatabase scratch;
    SessionStore store{scratch.database()};
    VALUE(store.note(alice(), {session_of(1), Method::recovery, in(-5), in(3600), "192.0.2.1", "Browser/1"}));
    VALUE(store.note(alice(), {session_of(2), Method::totp, in(-2), in(3600), "192.0.2.2", "Browser/2"}));
    VALUE(store.note(bob(), {session_of(3), Method::totp, in(-2), in(3600), "192.0.2.3", "Browser/3"}));
    auto listed = VALUE(store.verified_of(alice()));
    CHECK_EQUAL(listed.size(), 2);
    CHECK(listed[0].id == session_of(2));
    CHECK(listed[1].method == Method::recovery);
    CHECK_EQUAL(listed[1].address, "192.0.2.1");
    CHECK_EQUAL(listed[1].browser, "Browser/1");
    VALUE(store.revoke(session_of(2), alice(), in(3600)));
    CHECK_EQUAL(VALUE(store.verified_of(alice())).size(), 1);
}

TEST(R51_the_row_is_told_as_sessions_know_it_again) {
    ScratchDatabase scratch;
    add_alice(scratch);
    const auto row = row_of(scratch, "alice");
    CHECK(row.has_value());
    CHECK(row->mark.uuid == alice());
    CHECK(row->mark.password == password_mark("hash"));
    CHECK_EQUAL(row->mark.epoch, 0);
    CHECK_EQUAL(row->mark.site_epoch, 0);
    CHECK(row->allowed);
    CHECK(row->enrolled);
    CHECK(!row->revoked);
}

TEST(R51_each_change_of_the_row_shows) {
    ScratchDatabase scratch;
    add_alice(scratch);
    const auto before = row_of(scratch, "alice")->mark;
    scratch.run("UPDATE users SET password = 'other' WHERE username = 'alice'");
    CHECK(!(row_of(scratch, "alice")->mark == before));
    scratch.run("UPDATE users SET password = NULL, access_enabled = FALSE, mfa_enrolled = NULL WHERE username = 'alice'");
    CHECK(!row_of(scratch, "alice")->allowed);
    CHECK(!row_of(scratch, "alice")->enrolled);
    VALUE(SessionStore{scratch.database()}.end_all(alice()));
    VALUE(SessionStore{scratch.database()}.end_everybodys());
    VALUE(SessionStore{scratch.database()}.end_everybodys());
    CHECK_EQUAL(row_of(scratch, "alice")->mark.epoch, 1);
    CHECK_EQUAL(row_of(scratch, "alice")->mark.site_epoch, 2);
    VALUE(SessionStore{scratch.database()}.revoke(session_of(1), alice(), in(3600)));
    CHECK(row_of(scratch, "alice", 1)->revoked);
    CHECK(!row_of(scratch, "alice", 2)->revoked);
    scratch.run("DELETE FROM users");
    CHECK(!row_of(scratch, "alice"));
}

TEST(R6_only_the_row_of_exactly_that_name_is_told) {
    ScratchDatabase scratch;
    add_alice(scratch);
    for (const auto name : injections) CHECK(!row_of(scratch, name));
    CHECK(!row_of(scratch, "Alice"));
    CHECK(!row_of(scratch, ""));
}

TEST(a_users_table_without_passwords_will_do_where_another_provider_checks_them) {
    ScratchDatabase scratch;
    add_alice(scratch);
    scratch.run("ALTER TABLE users DROP COLUMN password");
    const Statements without{Driver::sqlite3, "users", false};
    Client client{scratch.file, without};
    CHECK(VALUE(SessionStore{client.database}.row_of("alice", session_of(1)))->mark.password == password_mark(""));
}

TEST(a_row_that_names_no_session_is_an_error_and_not_passed_over) {
    for (const std::string text : {"", "01", "zz000000000000000000000000000000", "-1000000000000000000000000000000",
                                   "0x000000000000000000000000000000", "010000000000000000000000000000001"}) {
        const Case at{text};
        ScratchDatabase scratch;
        scratch.run("INSERT INTO uzmfa_revocation VALUES ('" + text + "', '', 99999999999, 0)");
        CHECK(ERROR_OF(SessionStore{scratch.database()}.changes_since({})).kind == ErrorKind::damaged);
    }
    ScratchDatabase scratch;
    scratch.run("INSERT INTO uzmfa_epoch VALUES ('nobody', 1, 0)");
    CHECK(ERROR_OF(SessionStore{scratch.database()}.changes_since({})).kind == ErrorKind::damaged);
    scratch.run("DELETE FROM uzmfa_epoch");
    scratch.run("INSERT INTO uzmfa_revocation VALUES ('01000000000000000000000000000000', 'nobody', 99999999999, 0)");
    CHECK(ERROR_OF(SessionStore{scratch.database()}.changes_since({})).kind == ErrorKind::damaged);
    scratch.run("INSERT INTO uzmfa_session VALUES ('01', '" + std::string{alices_uuid} + "', 'totp', 1, 99999999999, 'a', 'b')");
    CHECK(ERROR_OF(SessionStore{scratch.database()}.verified_of(alice())).kind == ErrorKind::damaged);
}

TEST(a_method_that_nobody_knows_verifies_nobody) {
    ScratchDatabase scratch;
    SessionStore store{scratch.database()};
    VALUE(store.note(alice(), {session_of(1), Method::totp, in(0), in(3600), "192.0.2.1", "Browser"}));
    scratch.run("UPDATE uzmfa_session SET method = 'palmistry'");
    CHECK(VALUE(store.verified_of(alice())).at(0).method == Method::none);
}

TEST(R84_a_table_that_is_gone_is_an_error_and_not_nothing_revoked) {
    ScratchDatabase scratch;
    scratch.run("DROP TABLE uzmfa_revocation");
    CHECK(ERROR_OF(SessionStore{scratch.database()}.changes_since({})).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(SessionStore{scratch.database()}.is_revoked(session_of(1))).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(SessionStore{scratch.database()}.revoke(session_of(1), alice(), in(1))).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
