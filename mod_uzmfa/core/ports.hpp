// SPDX-License-Identifier: Apache-2.0
// What the core asks of the world. Implemented by store/, factors/, crypto/ and httpd/; faked in tests.
#pragma once

#include "core/account_events.hpp"
#include "core/attempts.hpp"
#include "core/browsers.hpp"
#include "core/code.hpp"
#include "core/kept_posts.hpp"
#include "core/recovery.hpp"
#include "core/result.hpp"
#include "core/session.hpp"
#include "core/sign_in_limit.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace uzmfa {

// A row of the application's users table.
struct Account {
    UserName name;           // the row's spelling
    std::string uuid;        // lower case; empty where the row has none yet
    std::string mfa_sid;     // empty for NULL and for uzERP's text "null"
    bool mfa_enrolled = false;
    bool mfa_enabled = false;
    bool access_enabled = false;
};

// Whether the row says that the user has a factor.
inline bool is_enrolled(const Account& account) { return account.mfa_enrolled && !account.mfa_sid.empty(); }

class Accounts {
public:
    virtual ~Accounts() = default;

    // The row whose name is exactly `name`. A uuid under which another user is enrolled is an error (damaged).
    virtual Result<std::optional<Account>> find(std::string_view name) = 0;

    // The row's uuid, given where it has none.
    virtual Result<std::string> uuid_of_row(const Account& account) = 0;
    // The same; one that another row has too is an error (damaged). May look at every row.
    virtual Result<std::string> own_uuid(const Account& account) = 0;

    // Whether a sign-in may pass without a code.
    virtual Result<bool> has_skip(const Account& account) = 0;
    // Lets one pass: true for exactly one caller after mfa_enabled was set to false, and sets it to true again.
    virtual Result<bool> consume_skip(const Account& account) = 0;
};

class Passwords {
public:
    virtual ~Passwords() = default;

    // Asks the providers of UzmfaLoginProvider in order. A failed check costs the same for known and
    // unknown names.
    virtual Result<bool> are_right(std::string_view name, std::string_view password) = 0;
};

// A secret that waits for its first right code, as the enrollment page shows it.
struct Enrollment {
    std::string secret;  // base32, no padding (RFC 4648 §6)
    std::string uri;     // otpauth://totp/…
};

// Makes the secret and checks codes: the local validator, Twilio Verify.
class CodeValidator {
public:
    virtual ~CodeValidator() = default;

    // How many digits the account's codes have; nothing where its mfa_sid is not a factor of this
    // validator: then enrollment is due.
    virtual Result<std::optional<std::size_t>> code_digits(const Account& account) = 0;

    // The pending enrollment of this session, made where there is none or it is too old. Its codes have
    // UzmfaTotpDigits digits.
    virtual Result<Enrollment> enrollment(const Account& account, const SessionId& session) = 0;
    // The same, but only if there is one.
    virtual Result<std::optional<Enrollment>> pending_enrollment(const Account& account, const SessionId& session) = 0;

    // Looks at a code. Outside of a transaction, for a provider may take seconds. accepted, wrong,
    // replayed, wait, factor_gone.
    virtual Result<Check> check(const Account& account, std::string_view code, Moment now) = 0;
    // Spends what was accepted: true for one caller only.
    virtual Result<bool> spend(const Account& account, const Check& check) = 0;

    // Looks at the first code of a pending enrollment, as `check`. accepted, wrong, wait, secret_spent, expired.
    virtual Result<Check> check_enrollment(const Account& account, const SessionId& session, std::string_view code,
                                           Moment now) = 0;
    // Makes the factor that was accepted the account's. `address` is kept with it. False where the pending
    // enrollment or the row is no longer what it was.
    virtual Result<bool> bind(const Account& account, const SessionId& session, const Check& check,
                              std::string_view address) = 0;
};

class Sessions {
public:
    virtual ~Sessions() = default;

    // The user's row as it is now, by which sessions know it again, and whether this one was revoked. Nothing where
    // there is no row.
    virtual Result<std::optional<RowState>> row_of(std::string_view user, const SessionId& session) = 0;

    // Whatever ends all of the user's sessions waits from here on until the transaction is over, and the other way round.
    virtual Result<Done> hold(const Uuid& uuid) = 0;

    // The session is over from now on; `until` is when it would have ended anyway. True for one caller only. Where one
    // user has ended very many, all sessions that the user has are over.
    virtual Result<bool> revoke(const Session& session, Moment until) = 0;
    virtual Result<bool> is_revoked(const SessionId& session) = 0;

    // Ends all sessions of a user, or for the empty uuid everybody's.
    virtual Result<Done> end_all(const Uuid& uuid) = 0;

    // Keeps a verified session for its user to see, until it ends.
    virtual Result<Done> note(const Session& session, Moment until, const Origin& origin) = 0;

    // Forgets those that would have ended by now.
    virtual Result<Done> purge() = 0;
};

class Transactions {
public:
    virtual ~Transactions() = default;

    // What `work` changes is kept as a whole where it returns true, else not at all.
    virtual Result<bool> run(const std::function<Result<bool>()>& work) = 0;
};

class Administration;  // core/administration.hpp

class Tokens {
public:
    virtual ~Tokens() = default;

    virtual SessionId new_session_id() const = 0;
    // The token of a session's forms, and whether `given` is it (constant time).
    virtual std::string form_token(const SessionId& session) const = 0;
    virtual bool is_form_token(std::string_view given, const SessionId& session) const = 0;
    // Names a session where its id must not be seen.
    virtual std::string digest_of(const SessionId& session) const = 0;

    // As they are shown, in groups.
    virtual std::string new_recovery_code() const = 0;
    virtual std::string new_temporary_code() const = 0;
    // What was typed; nothing where it cannot be a code of either kind.
    virtual std::optional<OneTimeCode> one_time_code(std::string_view typed) const = 0;
};

struct Services {
    Accounts& accounts;
    SignInLimit& sign_in_limit;
    Passwords& passwords;
    CodeValidator& validator;
    Attempts& attempts;
    RecoveryCodes& recovery_codes;
    TemporaryCodes& temporary_codes;
    Sessions& sessions;
    Browsers& browsers;
    AccountEvents& account_events;
    KeptPosts& kept_posts;
    Transactions& transactions;
    const Tokens& tokens;
    Administration& administration;
};

}  // namespace uzmfa
