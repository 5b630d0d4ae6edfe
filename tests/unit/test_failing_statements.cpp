// SPDX-License-Identifier: Apache-2.0
// Each statement of each operation fails once: the caller is told, and the database is as it was.
#include "crypto/encoding.hpp"
#include "crypto/keys.hpp"
#include "scratch_database.hpp"
#include "store/account_details.hpp"
#include "store/account_event_store.hpp"
#include "store/account_reset.hpp"
#include "store/account_store.hpp"
#include "store/administration.hpp"
#include "store/attempt_store.hpp"
#include "store/browser_store.hpp"
#include "store/event_store.hpp"
#include "store/factor_store.hpp"
#include "store/kept_post_store.hpp"
#include "store/new_account.hpp"
#include "store/owed_deletion_store.hpp"
#include "store/password_store.hpp"
#include "store/quota_store.hpp"
#include "store/recovery_code_store.hpp"
#include "store/sealed_secrets.hpp"
#include "store/session_store.hpp"
#include "store/sign_in_failure_store.hpp"
#include "store/skip_store.hpp"
#include "store/temporary_code_store.hpp"

#include <fstream>
#include <set>
#include <sstream>

namespace uzmfa::test {
namespace {

using Failed = std::optional<Error>;

template <class T>
Failed failed(const Result<T>& result) {
    return result ? Failed{} : Failed{result.error()};
}

constexpr std::string_view sid = "LF11111111111111111111111111111111";
constexpr std::string_view address = "192.0.2.7";
constexpr SessionId session{1, 2, 3};
constexpr SessionId pending_session{4, 5, 6};
constexpr SessionId free_session{7, 8, 9};
constexpr seconds hour{3600};
constexpr AttemptLimits attempt_limits{.cap = 20};
constexpr twilio::Limit quota[] = {{49, hour}};
const Administrator helen{.name = "helen", .address = "192.0.2.9"};

Uuid alices() { return *uuid_of(alices_uuid); }

// What the operations need that is no row.
struct Keys {
    std::vector<SecretBytes> ring{SecretBytes(key_bytes, 1)};
    Sealer posts{ring, use::kept_post};
    Sealer secrets{ring, use::totp_secret};
    SecretBytes key = SecretBytes(key_bytes, 7);
};

const Keys& keys() {
    static const Keys made;
    return made;
}

KeptPostStore kept_posts(Database& database) { return {database, keys().posts, keys().key}; }
SignInFailureStore sign_ins(Database& database) { return {database, keys().key, {3, hour}, hour}; }
AccountAdministration administration(Database& database) { return {database, Validator::local, attempt_limits}; }

Account alice() {
    Account account;
    account.name = *UserName::of("alice");
    account.uuid = alices_uuid;
    account.mfa_sid = sid;
    account.mfa_enrolled = true;
    account.mfa_enabled = false;  // a skip is set
    account.access_enabled = true;
    return account;
}

Account bob() {
    Account account;
    account.name = *UserName::of("bob");
    account.access_enabled = true;
    return account;
}

StoredSecret fresh_secret() { return {"LF22222222222222222222222222222222", "sealed", {Algorithm::sha1, 6}}; }

// alice with something of everything.
struct Scene {
    ScratchDatabase scratch;

    Scene() {
        auto& database = scratch.database();
        scratch.add_user("alice", std::string{alices_uuid});
        scratch.add_user("bob");
        FactorStore factors{database};
        const auto sealed = base64(keys().secrets.seal(SecretBytes(20, 3), seal_context(alices_uuid, sid)));
        const StoredSecret first{std::string{sid}, sealed, {}};
        auto before = alice();
        before.mfa_sid.clear();
        before.mfa_enrolled = false;
        VALUE(factors.put_pending(before, session, first, {}));
        CHECK(VALUE(factors.bind(before, session, first, 5, address)));
        VALUE(factors.put_pending(alice(), pending_session, fresh_secret(), {}));
        VALUE(RecoveryCodeStore{database}.replace(alices_uuid, {"code one", "code two"}));
        VALUE(TemporaryCodeStore{database}.put(alices_uuid, "temporary", hour, "helen"));
        CHECK(VALUE(SkipStore{database}.set(alice(), hour, "helen")));
        VALUE(AttemptStore(database, {.limit = 1}).charge(alices_uuid, AttemptKind::code));
        VALUE(BrowserStore{database}.remember(alices_uuid, hour, {address, "Browser/1"}, ""));
        VALUE(SessionStore{database}.end_all(alices()));
        VALUE(SessionStore{database}.note(alices(), verified()));
        VALUE(SessionStore{database}.revoke(free_session, alices(), from_unix_time(unix_now() + 3600)));
        CHECK(VALUE(kept_posts(database).keep(alices(), no_kept_post, {"/kept", {}, "body"})) != no_kept_post);
        VALUE(sign_ins(database).charge("alice", address));
        VALUE(EventStore{database}.add({.name = "reset", .user = "alice", .uuid = std::string{alices_uuid}}));
        VALUE(OwedDeletionStore{database}.owe(alices_uuid, "YF01"));
        VALUE(QuotaStore{database}.take("alice", alices_uuid, quota));
    }

    static VerifiedSession verified(const SessionId& id = session) {
        return {.id = id, .method = Method::totp, .verified_at = from_unix_time(unix_now()),
                .ends_at = from_unix_time(unix_now() + 3600), .address = std::string{address}, .browser = "Browser/1"};
    }

    std::string bytes() const {
        std::ostringstream all;
        all << std::ifstream{scratch.file, std::ios::binary}.rdbuf();
        return all.str();
    }
};

struct Operation {
    std::string_view name;
    std::function<Failed(Database&)> run;
    std::string_view may_leave{};  // what a failure may leave behind, as it does no harm
};

const Operation operations[] = {
    {"find an account", [](auto& db) { return failed(AccountStore{db}.find("alice")); }},
    {"list accounts", [](auto& db) { return failed(AccountStore{db}.page_after("")); }},
    {"search accounts", [](auto& db) { return failed(AccountStore{db}.beginning_with("al", "", 9)); }},
    {"give a uuid", [](auto& db) { return failed(AccountStore{db}.own_uuid(bob())); }, "the uuid, which the next look finds"},
    {"has a skip", [](auto& db) { return failed(AccountStore{db}.has_skip(alice())); }},
    {"consume a skip", [](auto& db) { return failed(AccountStore{db}.consume_skip(alice())); }},
    {"charge an attempt", [](auto& db) { return failed(AttemptStore{db, attempt_limits}.charge(alices_uuid, AttemptKind::recovery)); }},
    {"give an attempt back",
     [](auto& db) {
         const Charge charge{.answer = Charge::Answer::granted, .failures = 1};
         return failed(AttemptStore{db, attempt_limits}.refund(alices_uuid, AttemptKind::code, charge));
     }},
    {"clear attempts", [](auto& db) { return failed(AttemptStore{db, attempt_limits}.clear(alices_uuid, AttemptKind::code)); }},
    {"unlock", [](auto& db) { return failed(AttemptStore{db, attempt_limits}.unlock(alices_uuid)); }},
    {"is a factor closed", [](auto& db) { return failed(AttemptStore{db, attempt_limits}.is_closed(alices_uuid, AttemptKind::code)); }},
    {"remember a browser", [](auto& db) { return failed(BrowserStore{db}.remember(alices_uuid, hour, {address, "Browser/2"}, "old")); }},
    {"is a browser remembered", [](auto& db) { return failed(BrowserStore{db}.remembered(alices_uuid, "token", hour)); }},
    {"forget a browser", [](auto& db) { return failed(BrowserStore{db}.forget(alices_uuid, "0123456789abcdef")); }},
    {"forget all browsers", [](auto& db) { return failed(BrowserStore{db}.forget_all(alices_uuid)); }},
    {"forget everybody's browsers", [](auto& db) { return failed(BrowserStore{db}.forget_everybodys()); }},
    {"find a factor", [](auto& db) { return failed(FactorStore{db}.find(alice())); }},
    {"find a binding", [](auto& db) { return failed(FactorStore{db}.find_binding(alice())); }},
    {"spend a step", [](auto& db) { return failed(FactorStore{db}.spend(alice(), 6)); }},
    {"spend a code of Twilio's",
     [](auto& db) {
         const std::string digests[] = {"0123", "4567"};
         return failed(FactorStore{db}.spend_code(alice(), digests));
     }},
    {"find a pending factor", [](auto& db) { return failed(FactorStore{db}.find_pending(alice(), pending_session)); }},
    {"put a pending factor", [](auto& db) { return failed(FactorStore{db}.put_pending(alice(), free_session, fresh_secret(), {})); }},
    {"charge a pending factor", [](auto& db) { return failed(FactorStore{db}.charge(pending_session, fresh_secret().sid)); }},
    {"give that back", [](auto& db) { return failed(FactorStore{db}.uncharge(pending_session, fresh_secret().sid)); }},
    {"retire it", [](auto& db) { return failed(FactorStore{db}.retire(pending_session, fresh_secret().sid)); }},
    {"bind a factor", [](auto& db) { return failed(FactorStore{db}.bind(alice(), pending_session, fresh_secret(), 7, address)); }},
    {"unbind a factor", [](auto& db) { return failed(FactorStore{db}.unbind(alice())); }},
    {"move a factor", [](auto& db) { return failed(db.in_transaction([&] { return FactorStore{db}.move(alice(), "YF02", "VA01"); })); }},
    {"replace recovery codes", [](auto& db) { return failed(RecoveryCodeStore{db}.replace(alices_uuid, {"code three"})); }},
    {"spend a recovery code", [](auto& db) { return failed(RecoveryCodeStore{db}.spend(alices_uuid, "code one")); }},
    {"count recovery codes", [](auto& db) { return failed(RecoveryCodeStore{db}.left(alices_uuid)); }},
    {"put a temporary code", [](auto& db) { return failed(TemporaryCodeStore{db}.put(alices_uuid, "other", hour, "helen")); }},
    {"spend a temporary code", [](auto& db) { return failed(TemporaryCodeStore{db}.spend(alices_uuid, "temporary")); }},
    {"find a temporary code", [](auto& db) { return failed(TemporaryCodeStore{db}.find(alices_uuid)); }},
    {"set a skip", [](auto& db) { return failed(SkipStore{db}.set(alice(), hour, "helen")); }},
    {"find a skip", [](auto& db) { return failed(SkipStore{db}.find(alices_uuid)); }},
    {"look at a session's row", [](auto& db) { return failed(SessionStore{db}.row_of("alice", session)); }},
    {"hold a user", [](auto& db) { return failed(SessionStore{db}.hold(alices())); }},
    {"revoke a session",
     [](auto& db) { return failed(SessionStore{db}.revoke(session, alices(), from_unix_time(unix_now() + 3600))); }},
    {"is a session revoked", [](auto& db) { return failed(SessionStore{db}.is_revoked(session)); }},
    {"end all sessions", [](auto& db) { return failed(SessionStore{db}.end_all(alices())); }},
    {"end everybody's sessions", [](auto& db) { return failed(SessionStore{db}.end_everybodys()); }},
    {"note a session", [](auto& db) { return failed(SessionStore{db}.note(alices(), Scene::verified(free_session))); }},
    {"list sessions", [](auto& db) { return failed(SessionStore{db}.verified_of(alices())); }},
    {"purge sessions", [](auto& db) { return failed(SessionStore{db}.purge()); }},
    {"what changed", [](auto& db) { return failed(SessionStore{db}.changes_since({})); }},
    {"charge a sign-in", [](auto& db) { return failed(sign_ins(db).charge("bob", address)); }},
    {"charge one too many",
     [](auto& db) { return failed(SignInFailureStore{db, keys().key, {1, hour}, hour}.charge("alice", address)); }},
    {"give a sign-in back", [](auto& db) { return failed(sign_ins(db).give_back("alice", address)); }},
    {"clear sign-ins", [](auto& db) { return failed(sign_ins(db).clear("alice", address)); }},
    {"keep a form", [](auto& db) { return failed(kept_posts(db).keep(alices(), 1, {"/other", {}, "body"})); }},
    {"find a form", [](auto& db) { return failed(kept_posts(db).find(alices(), 1)); }},
    {"take a form", [](auto& db) { return failed(kept_posts(db).take(alices(), 1)); }},
    {"drop a form", [](auto& db) { return failed(kept_posts(db).drop(alices(), 1)); }},
    {"add an event", [](auto& db) { return failed(EventStore{db}.add({.name = "signed_in", .user = "alice"})); },
     "the event without its count: better than none"},
    {"events, newest first", [](auto& db) { return failed(EventStore{db}.page_before({}, EventStore::newest, 9)); }},
    {"events, oldest first", [](auto& db) { return failed(EventStore{db}.page_after({}, EventStore::oldest, 9)); }},
    {"latest events", [](auto& db) { return failed(EventStore{db}.latest("", {})); }},
    {"latest events of a user", [](auto& db) { return failed(EventStore{db}.latest(alices_uuid, {})); }},
    {"counts of events", [](auto& db) { return failed(EventStore{db}.tallied({})); }},
    {"purge events", [](auto& db) { return failed(EventStore{db}.purge(hour)); }},
    {"what is to be told", [](auto& db) { return failed(EventStore{db}.due_notifications()); }},
    {"claim what is to be told", [](auto& db) { return failed(EventStore{db}.claim_notification({.id = 1})); }},
    {"settle what was told", [](auto& db) { return failed(EventStore{db}.settle_notification({.id = 1})); }},
    {"own events", [](auto& db) { return failed(AccountEventStore{db}.latest(alices_uuid)); }},
    {"own events unseen", [](auto& db) { return failed(AccountEventStore{db}.unseen(alices_uuid, session)); }},
    {"owe a deletion", [](auto& db) { return failed(OwedDeletionStore{db}.owe(alices_uuid, "YF02")); }},
    {"due deletions", [](auto& db) { return failed(OwedDeletionStore{db}.due()); }},
    {"deletions of a user", [](auto& db) { return failed(OwedDeletionStore{db}.of(alices_uuid)); }},
    {"all deletions", [](auto& db) { return failed(OwedDeletionStore{db}.all()); }},
    {"claim a deletion", [](auto& db) { return failed(OwedDeletionStore{db}.claim({std::string{alices_uuid}, "YF01"})); }},
    {"release a deletion", [](auto& db) { return failed(OwedDeletionStore{db}.release({std::string{alices_uuid}, "YF01"})); }},
    {"settle a deletion", [](auto& db) { return failed(OwedDeletionStore{db}.settle({std::string{alices_uuid}, "YF01"})); }},
    {"find a password", [](auto& db) { return failed(PasswordStore{db}.find("alice")); }},
    {"find nobody's password", [](auto& db) { return failed(PasswordStore{db}.find("nobody")); }},
    {"take from a quota", [](auto& db) { return failed(QuotaStore{db}.take("alice", alices_uuid, quota)); }},
    {"give back to a quota", [](auto& db) { return failed(QuotaStore{db}.give_back("alice")); }},
    {"seal all anew",
     [](auto& db) {
         SealedSecrets secrets{db};
         return failed(secrets.for_each([&](const SealedSecret& secret) -> Result<Done> {
             const auto resealed = secrets.reseal(secret, keys().secrets, SecretBytes(20, 3));
             if (!resealed) return resealed.error();
             return Done{};
         }));
     },
     "those that are sealed anew: each is whole"},
    {"add a user", [](auto& db) { return failed(add_account(db, "carol", "hash", helen)); }},
    {"details of a user", [](auto& db) { return failed(details_of(db, "alice", Validator::local, attempt_limits)); }},
    {"administration: search", [](auto& db) { return failed(administration(db).search("a", "", 9)); }},
    {"administration: events", [](auto& db) { return failed(administration(db).events("", {})); }},
    {"administration: counts", [](auto& db) { return failed(administration(db).tallied({})); }},
    {"administration: skip", [](auto& db) { return failed(administration(db).skip_next("alice", hour, helen)); }},
    {"administration: reset", [](auto& db) { return failed(administration(db).reset("alice", helen)); }},
    {"administration: unlock", [](auto& db) { return failed(administration(db).unlock("alice", helen)); }},
    {"administration: temporary code", [](auto& db) { return failed(administration(db).temporary_code("alice", hour, helen)); }},
    {"administration: end sessions", [](auto& db) { return failed(administration(db).end_sessions("alice", helen)); }},
    {"administration: end everybody", [](auto& db) { return failed(administration(db).end_everybody(helen)); }},
};

// One that cannot be carried out, with as many parameters.
Statements without(Statement statement) {
    Statements statements{Driver::sqlite3, "users"};
    const auto& sql = statements.sql(statement);
    std::string broken = "SELECT 1";
    for (std::size_t at = 0; (at = sql.find('%', at)) != sql.npos; at += 2) {
        if (sql[at + 1] == 's') broken += ", %s";
    }
    CHECK(statements.replace(name_of(statement), broken + " FROM nowhere"));
    return statements;
}

// The statements that an operation cannot do without.
std::set<std::string_view> needed_by(const Operation& operation, const std::string& before, const TemporaryFolder& folder) {
    std::set<std::string_view> needed;
    for (std::size_t i = 0; i < statement_count; ++i) {
        const auto statement = static_cast<Statement>(i);
        const Case at{std::string{operation.name} + " without " + std::string{name_of(statement)}};
        const auto file = folder.file("users.db", before);
        const auto statements = without(statement);
        Client client{file, statements};
        const auto failure = operation.run(client.database);
        if (!failure) continue;
        CHECK(failure->kind == ErrorKind::unavailable);
        CHECK_CONTAINS(failure->detail, "nowhere");
        needed.insert(name_of(statement));
        client.database.release();
        std::ostringstream after;
        after << std::ifstream{file, std::ios::binary}.rdbuf();
        CHECK(!operation.may_leave.empty() || after.str() == before);
    }
    return needed;
}

TEST(whatever_statement_fails_the_caller_is_told_and_nothing_is_half_done) {
    const TemporaryFolder folder;
    const auto before = Scene{}.bytes();
    for (const auto& operation : operations) {
        const Case at{operation.name};
        CHECK(!needed_by(operation, before, folder).empty());
    }
}

}  // namespace
}  // namespace uzmfa::test
