// SPDX-License-Identifier: Apache-2.0
#include "scratch_database.hpp"
#include "store/revocation_store.hpp"

#include <ctime>
#include <map>

namespace uzmfa::test {
namespace {

constexpr SessionId session_of(std::uint8_t number) { return {number, 0xff, 0x0a}; }

Moment in(std::int64_t seconds_from_now) { return from_unix_time(std::time(nullptr) + seconds_from_now); }

std::map<SessionId, Moment> revoked(Database& database) {
    std::map<SessionId, Moment> all;
    VALUE(RevocationStore{database}.for_each([&](const SessionId& id, Moment until) { all[id] = until; }));
    return all;
}

TEST(R61_a_revoked_session_is_told_with_its_end) {
    ScratchDatabase scratch;
    const auto end = in(3600);
    VALUE(RevocationStore{scratch.database()}.add(session_of(1), end));
    CHECK(revoked(scratch.database()) == (std::map<SessionId, Moment>{{session_of(1), end}}));
    CHECK_EQUAL(scratch.row("SELECT session FROM uzmfa_revocation"), "01ff0a00000000000000000000000000");
}

TEST(R61_another_node_is_told_too) {
    ScratchDatabase scratch;
    VALUE(RevocationStore{scratch.database()}.add(session_of(1), in(3600)));
    Client other{scratch.file, scratch.statements};
    CHECK(revoked(other.database).contains(session_of(1)));
}

TEST(a_session_revoked_twice_is_revoked_once) {
    ScratchDatabase scratch;
    RevocationStore store{scratch.database()};
    VALUE(store.add(session_of(1), in(3600)));
    VALUE(store.add(session_of(1), in(60)));
    CHECK_EQUAL(revoked(scratch.database()).size(), 1);
}

TEST(a_session_is_revoked_for_one_caller_only) {
    ScratchDatabase scratch;
    RevocationStore store{scratch.database()};
    CHECK(!VALUE(store.contains(session_of(1))));
    CHECK(VALUE(store.add(session_of(1), in(3600))));
    CHECK(!VALUE(store.add(session_of(1), in(3600))));
    CHECK(VALUE(store.contains(session_of(1))));
}

TEST(a_session_that_would_have_ended_by_itself_is_told_no_more_and_purged) {
    ScratchDatabase scratch;
    RevocationStore store{scratch.database()};
    VALUE(store.add(session_of(1), in(-1)));
    CHECK(revoked(scratch.database()).empty());
    CHECK_EQUAL(scratch.row("SELECT count(*) FROM uzmfa_revocation"), "1");
    VALUE(store.add(session_of(2), in(3600)));
    VALUE(store.purge());
    CHECK_EQUAL(scratch.row("SELECT count(*), max(substr(session, 1, 2)) FROM uzmfa_revocation"), "1|02");
}

TEST(a_row_that_names_no_session_is_an_error_and_not_passed_over) {
    for (const std::string text : {"", "01", "zz000000000000000000000000000000", "-1000000000000000000000000000000",
                                   "0x000000000000000000000000000000", "010000000000000000000000000000001"}) {
        const Case at{text};
        ScratchDatabase scratch;
        scratch.run("INSERT INTO uzmfa_revocation VALUES ('" + text + "', '', 99999999999, 0)");
        const auto read = RevocationStore{scratch.database()}.for_each([](const SessionId&, Moment) {});
        CHECK(ERROR_OF(read).kind == ErrorKind::damaged);
    }
}

TEST(R84_a_table_that_is_gone_is_an_error_and_not_nothing_revoked) {
    ScratchDatabase scratch;
    scratch.run("DROP TABLE uzmfa_revocation");
    RevocationStore store{scratch.database()};
    CHECK(ERROR_OF(store.add(session_of(1), in(60))).kind == ErrorKind::unavailable);
    CHECK(ERROR_OF(store.for_each([](const SessionId&, Moment) {})).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
