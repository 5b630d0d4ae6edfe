// SPDX-License-Identifier: Apache-2.0
// Stand-ins for core/ports.hpp. Each keeps what it was asked in public members, and fails in the calls
// named in `broken`.
#pragma once

#include "core/administration.hpp"
#include "core/ports.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace uzmfa::test {

inline Error outage() { return {ErrorKind::unavailable, "the fake is broken"}; }

inline Account account_named(std::string_view name) {
    Account account;
    account.name = *UserName::of(name);
    account.uuid = "00000000-0000-4000-8000-000000000001";
    account.mfa_enabled = true;
    account.access_enabled = true;
    return account;
}

inline Account enrolled_account(std::string_view name) {
    Account account = account_named(name);
    account.mfa_sid = "LF00000000000000000000000000000001";
    account.mfa_enrolled = true;
    return account;
}

class FakeAccounts final : public Accounts {
public:
    std::map<std::string, Account, std::less<>> rows;
    std::set<std::string_view> broken;
    int finds = 0;
    int uuids_given = 0;
    int skips_consumed = 0;
    bool skip_is_gone = false;  // another sign-in was faster

    Account& add(const Account& account) { return rows[std::string{account.name.view()}] = account; }

    Result<std::optional<Account>> find(std::string_view name) override {
        ++finds;
        if (broken.contains("find")) return outage();
        const auto row = rows.find(name);
        return row == rows.end() ? std::optional<Account>{} : std::optional{row->second};
    }
    Result<std::string> own_uuid(const Account& account) override {
        if (broken.contains("own_uuid")) return outage();
        return uuid_of_row(account);
    }
    Result<std::string> uuid_of_row(const Account& account) override {
        if (broken.contains("uuid_of_row")) return outage();
        auto& row = rows.at(std::string{account.name.view()});
        if (row.uuid.empty()) {
            ++uuids_given;
            row.uuid = "00000000-0000-4000-8000-00000000000a";
        }
        return row.uuid;
    }
    Result<bool> has_skip(const Account& account) override {
        if (broken.contains("has_skip")) return outage();
        return !skip_is_gone && !account.mfa_enabled;
    }
    Result<bool> consume_skip(const Account& account) override {
        if (broken.contains("consume_skip")) return outage();
        if (skip_is_gone) return false;
        auto& row = rows.at(std::string{account.name.view()});
        if (row.mfa_enabled || !row.access_enabled || !row.mfa_enrolled) return false;
        row.mfa_enabled = true;
        ++skips_consumed;
        return true;
    }
};

class FakeSignInLimit final : public SignInLimit {
public:
    std::map<std::string, int, std::less<>> failures;  // by "name from address"
    std::optional<seconds> wait;                       // of every pair
    std::set<std::string_view> broken;

    Result<std::optional<seconds>> charge(std::string_view name, std::string_view address) override {
        if (broken.contains("charge")) return outage();
        if (!wait) ++failures[pair_of(name, address)];
        return wait;
    }
    Result<Done> give_back(std::string_view name, std::string_view address) override {
        if (broken.contains("give_back")) return outage();
        --failures[pair_of(name, address)];
        return Done{};
    }
    Result<Done> clear(std::string_view name, std::string_view address) override {
        if (broken.contains("clear")) return outage();
        failures.erase(pair_of(name, address));
        return Done{};
    }

private:
    static std::string pair_of(std::string_view name, std::string_view address) {
        return std::string{name} + " from " + std::string{address};
    }
};

class FakePasswords final : public Passwords {
public:
    std::map<std::string, std::string, std::less<>> right;
    bool broken = false;
    bool busy = false;
    int checks = 0;

    Result<bool> are_right(std::string_view name, std::string_view password) override {
        if (busy) return Error{ErrorKind::busy, {}, seconds{5}};
        ++checks;
        if (broken) return outage();
        const auto found = right.find(name);
        return found != right.end() && found->second == password;
    }
};

class FakeValidator final : public CodeValidator {
public:
    std::map<std::string, std::size_t, std::less<>> digits_of_sid;
    Verdict verdict = Verdict::wrong;  // of each check
    seconds wait{};
    bool binds = true;
    bool spends = true;
    std::function<void()> on_check = [] {};
    std::set<std::string_view> broken;
    std::optional<std::string> pending;  // the secret
    int secrets_made = 0;
    std::vector<std::string> confirmed;  // the codes that reached it
    std::vector<std::string> verified;
    std::string uuid_seen;
    std::string address_seen;

    Result<std::optional<std::size_t>> code_digits(const Account& account) override {
        if (broken.contains("code_digits")) return outage();
        const auto found = digits_of_sid.find(account.mfa_sid);
        return found == digits_of_sid.end() ? std::optional<std::size_t>{} : std::optional{found->second};
    }
    Result<Enrollment> enrollment(const Account& account, const SessionId&) override {
        if (broken.contains("enrollment")) return outage();
        uuid_seen = account.uuid;
        if (!pending) pending = "SECRET" + std::to_string(++secrets_made);
        return Enrollment{*pending, "otpauth://totp/x?secret=" + *pending};
    }
    Result<std::optional<Enrollment>> pending_enrollment(const Account&, const SessionId&) override {
        if (broken.contains("pending_enrollment")) return outage();
        if (!pending) return std::optional<Enrollment>{};
        return std::optional{Enrollment{*pending, "otpauth://totp/x?secret=" + *pending}};
    }
    Result<Check> check_enrollment(const Account& account, const SessionId&, std::string_view code, Moment) override {
        if (broken.contains("check_enrollment")) return outage();
        confirmed.emplace_back(code);
        uuid_seen = account.uuid;
        if (verdict == Verdict::secret_spent || verdict == Verdict::expired) pending.reset();
        return Check{.verdict = verdict, .wait = wait};
    }
    Result<bool> bind(const Account& account, const SessionId&, const Check&, std::string_view address) override {
        if (broken.contains("bind")) return outage();
        uuid_seen = account.uuid;
        address_seen = address;
        return binds;
    }
    Result<Check> check(const Account&, std::string_view code, Moment) override {
        if (broken.contains("check")) return outage();
        verified.emplace_back(code);
        on_check();
        return Check{.verdict = verdict, .wait = wait};
    }
    Result<bool> spend(const Account&, const Check&) override {
        if (broken.contains("spend")) return outage();
        return spends;
    }
};

class FakeSessions final : public Sessions {
public:
    explicit FakeSessions(FakeAccounts& accounts) : accounts_{accounts} {}

    std::vector<std::pair<SessionId, Moment>> revoked;
    std::vector<Session> noted;
    std::vector<Uuid> ended;  // whose sessions were all ended
    PasswordMark password{1};
    std::uint32_t epoch = 3;
    std::string address_seen;
    std::function<void()> on_revoke = [] {};  // once a session was revoked
    std::set<std::string_view> broken;

    Result<std::optional<RowState>> row_of(std::string_view user, const SessionId& session) override {
        if (broken.contains("row_of")) return outage();
        const auto row = accounts_.rows.find(user);
        if (row == accounts_.rows.end()) return std::optional<RowState>{};
        const Account& account = row->second;
        return std::optional{RowState{.mark = {uuid_of(account.uuid).value_or(Uuid{}), password, epoch, 0},
                                      .allowed = account.access_enabled,
                                      .enrolled = account.mfa_enrolled,
                                      .revoked = has(session)}};
    }
    Result<Done> hold(const Uuid&) override {
        if (broken.contains("hold")) return outage();
        return Done{};
    }
    Result<bool> revoke(const Session& session, Moment until) override {
        if (broken.contains("revoke")) return outage();
        if (has(session.id)) return false;
        revoked.emplace_back(session.id, until);
        on_revoke();
        return true;
    }
    Result<bool> is_revoked(const SessionId& session) override {
        if (broken.contains("is_revoked")) return outage();
        return has(session);
    }
    Result<Done> end_all(const Uuid& uuid) override {
        if (broken.contains("end_all")) return outage();
        ended.push_back(uuid);
        return Done{};
    }
    Result<Done> note(const Session& session, Moment, const Origin& origin) override {
        if (broken.contains("note")) return outage();
        noted.push_back(session);
        address_seen = origin.address;
        return Done{};
    }
    Result<Done> purge() override {
        if (broken.contains("purge")) return outage();
        return Done{};
    }
    bool has(const SessionId& session) const {
        for (const auto& [id, until] : revoked) {
            if (id == session) return true;
        }
        return false;
    }

private:
    FakeAccounts& accounts_;
};

class FakeAttempts final : public Attempts {
public:
    std::map<std::pair<std::string, AttemptKind>, int, std::less<>> failures;
    Charge answer{.answer = Charge::Answer::granted};
    std::set<AttemptKind> closed;
    int refunds = 0;
    std::set<std::string_view> broken;

    Result<Charge> charge(std::string_view uuid, AttemptKind kind) override {
        if (broken.contains("charge")) return outage();
        if (answer.answer == Charge::Answer::granted) ++failures[{std::string{uuid}, kind}];
        return answer;
    }
    Result<Done> refund(std::string_view uuid, AttemptKind kind, const Charge&) override {
        if (broken.contains("refund")) return outage();
        --failures[{std::string{uuid}, kind}];
        ++refunds;
        return Done{};
    }
    Result<Done> clear(std::string_view uuid, AttemptKind kind) override {
        if (broken.contains("clear")) return outage();
        failures[{std::string{uuid}, kind}] = 0;
        return Done{};
    }
    Result<bool> is_closed(std::string_view, AttemptKind kind) override {
        if (broken.contains("is_closed")) return outage();
        return closed.contains(kind);
    }
    int of(AttemptKind kind) const {
        int sum = 0;
        for (const auto& [key, count] : failures) sum += key.second == kind ? count : 0;
        return sum;
    }
};

class FakeRecoveryCodes final : public RecoveryCodes {
public:
    std::set<std::string, std::less<>> codes;
    std::set<std::string_view> broken;

    Result<Done> replace(std::string_view, const std::vector<std::string>& given) override {
        if (broken.contains("replace")) return outage();
        codes = {given.begin(), given.end()};
        return Done{};
    }
    Result<std::optional<std::size_t>> spend(std::string_view, std::string_view code) override {
        if (broken.contains("spend")) return outage();
        const auto found = codes.find(code);
        if (found == codes.end()) return std::optional<std::size_t>{};
        codes.erase(found);
        return std::optional{codes.size()};
    }
    Result<std::size_t> left(std::string_view) override {
        if (broken.contains("left")) return outage();
        return codes.size();
    }
};

class FakeTemporaryCodes final : public TemporaryCodes {
public:
    std::optional<std::string> code;
    std::string made_by_seen;
    bool broken = false;

    Result<Done> put(std::string_view, std::string_view given, seconds, std::string_view made_by) override {
        if (broken) return outage();
        code = given;
        made_by_seen = made_by;
        return Done{};
    }
    Result<bool> spend(std::string_view, std::string_view given) override {
        if (broken) return outage();
        const bool right = code && *code == given;
        if (right) code.reset();
        return right;
    }
};

class FakeBrowsers final : public Browsers {
public:
    std::map<std::string, std::pair<std::string, Moment>, std::less<>> tokens;  // whose, and when verified
    std::vector<std::string> forgotten;
    int made = 0;
    seconds lifetime_seen{};
    std::set<std::string_view> broken;

    Result<std::string> remember(std::string_view uuid, seconds lifetime, const Origin&, std::string_view former) override {
        if (broken.contains("remember")) return outage();
        lifetime_seen = lifetime;
        if (const auto found = tokens.find(former); found != tokens.end()) tokens.erase(found);
        auto token = "BROWSER-" + std::to_string(++made);
        tokens[token] = {std::string{uuid}, Moment{}};
        return token;
    }
    Result<std::optional<Moment>> remembered(std::string_view uuid, std::string_view token, seconds lifetime) override {
        if (broken.contains("remembered")) return outage();
        lifetime_seen = lifetime;
        const auto found = tokens.find(token);
        if (found == tokens.end() || found->second.first != uuid) return std::optional<Moment>{};
        return std::optional{found->second.second};
    }
    Result<bool> forget(std::string_view uuid, std::string_view id) override {
        if (broken.contains("forget")) return outage();
        const auto found = tokens.find(id);
        if (found == tokens.end() || found->second.first != uuid) return false;
        tokens.erase(found);
        return true;
    }
    Result<Done> forget_all(std::string_view uuid) override {
        if (broken.contains("forget_all")) return outage();
        forgotten.emplace_back(uuid);
        return Done{};
    }
};

class FakeAccountEvents final : public AccountEvents {
public:
    std::vector<AccountEvent> events;
    bool broken = false;

    Result<std::vector<AccountEvent>> latest(std::string_view) override {
        if (broken) return outage();
        return events;
    }
    Result<std::vector<AccountEvent>> unseen(std::string_view, const SessionId&) override {
        if (broken) return outage();
        return events;
    }
};

class FakeKeptPosts final : public KeptPosts {
public:
    std::map<KeptId, std::pair<Uuid, KeptPost>> kept;
    bool broken = false;
    bool full = false;

    Result<KeptId> keep(const Uuid& user, KeptId former, const Post& post) override {
        if (broken) return outage();
        if (full) return no_kept_post;
        const KeptId id = former != no_kept_post ? former : static_cast<KeptId>(kept.size() + 7);
        const auto found = kept.find(id);
        if (found != kept.end() && found->second.second.post.target != post.target) return no_kept_post;
        kept[id] = {user, KeptPost{post, {}, {}}};
        return id;
    }
    Result<std::optional<KeptPost>> find(const Uuid& user, KeptId id) override {
        if (broken) return outage();
        const auto found = kept.find(id);
        if (found == kept.end() || found->second.first != user) return std::optional<KeptPost>{};
        return std::optional{found->second.second};
    }
    Result<std::optional<KeptPost>> take(const Uuid& user, KeptId id) override {
        auto taken = find(user, id);
        if (taken && *taken) kept.erase(id);
        return taken;
    }
    Result<Done> drop(const Uuid& user, KeptId id) override {
        auto taken = take(user, id);
        return taken ? Result<Done>{Done{}} : taken.error();
    }
};

class FakeTransactions final : public Transactions {
public:
    bool kept = false;  // the last one

    Result<bool> run(const std::function<Result<bool>()>& work) override {
        auto done = work();
        kept = done && *done;
        return done;
    }
};

// Knows the users of FakeAccounts.
class FakeAdministration final : public Administration {
public:
    explicit FakeAdministration(FakeAccounts& accounts) : accounts_{accounts} {}

    std::vector<std::string> done;  // "reset alice by admin"
    Helped helped = Helped::done;
    AccountDetails details;  // of whoever is asked for
    std::string next;         // of a search
    seconds lifetime_seen{};
    std::string address_seen;
    bool broken = false;
    bool events_are_broken = false;
    bool counts_are_broken = false;

    Result<std::optional<AccountDetails>> find(std::string_view name) override {
        if (broken) return outage();
        const auto row = accounts_.rows.find(name);
        if (row == accounts_.rows.end()) return std::optional<AccountDetails>{};
        auto found = details;
        found.account = row->second;
        return std::optional{std::move(found)};
    }
    Result<AccountSearch> search(std::string_view beginning, std::string_view after, std::size_t) override {
        if (broken) return outage();
        AccountSearch search{.found = {}, .next = next};
        for (const auto& [name, account] : accounts_.rows) {
            if (name.starts_with(beginning) && name > after) search.found.push_back({account, NextSignIn::asks_for_code});
        }
        return search;
    }
    std::vector<StoredEvent> recorded;  // of everybody
    std::vector<TallyCount> counts;
    EventKey before_seen{};
    std::string uuid_seen;
    Moment since_seen{};
    Result<EventPage> events(std::string_view uuid, const EventKey& before) override {
        if (broken || events_are_broken) return outage();
        uuid_seen = uuid;
        before_seen = before;
        EventPage page{recorded};
        if (!recorded.empty()) page.next = EventKey{recorded.back().at, recorded.back().id};
        return page;
    }
    Result<std::vector<TallyCount>> tallied(Moment since) override {
        if (broken || counts_are_broken) return outage();
        since_seen = since;
        return counts;
    }
    Result<Helped> skip_next(std::string_view name, seconds lifetime, const Administrator& by) override {
        lifetime_seen = lifetime;
        return help("skip-next", name, by);
    }
    Result<Helped> reset(std::string_view name, const Administrator& by) override { return help("reset", name, by); }
    Result<Helped> unlock(std::string_view name, const Administrator& by) override { return help("unlock", name, by); }
    Result<MadeCode> temporary_code(std::string_view name, seconds lifetime, const Administrator& by) override {
        lifetime_seen = lifetime;
        auto made = help("temp-code", name, by);
        if (!made) return made.error();
        return MadeCode{*made, *made == Helped::done ? "TEMPORARY-1" : ""};
    }
    Result<Helped> end_sessions(std::string_view name, const Administrator& by) override {
        return help("end-sessions", name, by);
    }
    Result<Done> end_everybody(const Administrator& by) override {
        if (broken) return outage();
        done.push_back("end-everybody by " + by.name);
        return Done{};
    }

private:
    Result<Helped> help(std::string_view what, std::string_view name, const Administrator& by) {
        if (broken) return outage();
        if (!accounts_.rows.contains(name)) return Helped::no_such_user;
        if (helped == Helped::done) done.push_back(std::string{what} + " " + std::string{name} + " by " + by.name);
        address_seen = by.address;
        return helped;
    }

    FakeAccounts& accounts_;
};

class FakeTokens final : public Tokens {
public:
    mutable std::uint8_t made = 0;
    mutable int codes_made = 0;

    SessionId new_session_id() const override {
        SessionId id{};
        id[0] = ++made;
        return id;
    }
    std::string digest_of(const SessionId& session) const override { return "digest" + std::to_string(session[0]); }
    std::string form_token(const SessionId& session) const override { return "token" + std::to_string(session[0]); }
    bool is_form_token(std::string_view given, const SessionId& session) const override {
        return given == form_token(session);
    }
    std::string new_recovery_code() const override { return "RECOVERY-" + std::to_string(++codes_made); }
    std::string new_temporary_code() const override { return "TEMPORARY-" + std::to_string(++codes_made); }
    std::optional<OneTimeCode> one_time_code(std::string_view typed) const override {
        if (typed.starts_with("RECOVERY-")) return OneTimeCode{OneTimeCode::Kind::recovery, std::string{typed}};
        if (typed.starts_with("TEMPORARY-")) return OneTimeCode{OneTimeCode::Kind::temporary, std::string{typed}};
        return std::nullopt;
    }
};

// All of them, as the core asks for them.
struct Fakes {
    FakeAccounts accounts;
    FakeSignInLimit sign_in_limit;
    FakePasswords passwords;
    FakeValidator validator;
    FakeAttempts attempts;
    FakeRecoveryCodes recovery_codes;
    FakeTemporaryCodes temporary_codes;
    FakeSessions sessions{accounts};
    FakeBrowsers browsers;
    FakeAccountEvents account_events;
    FakeKeptPosts kept_posts;
    FakeTransactions transactions;
    FakeTokens tokens;
    FakeAdministration administration{accounts};
    Services services{accounts, sign_in_limit, passwords, validator,      attempts,     recovery_codes, temporary_codes,
                      sessions, browsers,      account_events, kept_posts, transactions, tokens, administration};
};

}  // namespace uzmfa::test
