// SPDX-License-Identifier: Apache-2.0
// What an administrator sees of a user's second factor, and does for the user; the page and the tool alike. The users see
// as much of their own. Implemented by store/.
#pragma once

#include "core/policy.hpp"
#include "core/ports.hpp"
#include "core/recorded_event.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace uzmfa {

// Who does it, and from where.
struct Administrator {
    std::string name;  // at most 255 bytes are kept
    std::string address{};
    std::string browser{};
};

// How long lasts what lets a user in for once: as usual, and at the most.
struct Lifetime {
    std::chrono::hours usual{};
    std::chrono::hours most{};
};
inline constexpr Lifetime skip_lifetime{std::chrono::hours{24}, std::chrono::hours{7 * 24}};
inline constexpr Lifetime temporary_code_lifetime{std::chrono::hours{4}, std::chrono::hours{72}};

// When and from where a factor was bound; one that the application bound at Twilio has none.
struct Binding {
    Algorithm algorithm = Algorithm::sha1;
    std::uint8_t digits = 6;
    Moment bound_at{};
    std::string bound_from{};
};

// Wrong codes in a row.
struct AttemptState {
    int failures = 0;
    seconds wait{};  // until the next one is looked at; zero: there is none
    bool closed = false;
    std::string era{};  // names the count since it last began anew
};

struct Skip {
    Moment expires_at{};
    std::string set_by;
    bool has_expired = false;
};

struct TemporaryCode {
    Moment expires_at{};
    std::string made_by;
};

// What is still to be deleted at the provider.
struct OwedDeletion {
    std::string uuid;
    std::string sid;  // a factor; empty: the entity with all its factors
    Moment owed_at{};
    int tries = 0;
};

enum class NextSignIn : std::uint8_t {
    refused,       // access_enabled is off
    enrolls,
    enrolls_anew,  // the validator in use does not know the factor
    asks_for_code,
    skips,         // passes without a code, once
};

struct AccountDetails {
    Account account;
    NextSignIn next_sign_in = NextSignIn::refused;
    std::optional<Validator> validator{};  // whose the factor is; nothing where that is not known
    std::optional<Binding> binding;
    std::vector<OwedDeletion> owed;
    AttemptState codes;            // of the factor
    AttemptState recovery;         // recovery and temporary codes
    std::size_t recovery_codes_left = 0;
    std::optional<TemporaryCode> temporary_code;
    std::optional<Skip> skip;      // the end of the skip that mfa_enabled says; nothing where it has none
    std::vector<VerifiedSession> sessions{};
    std::vector<RememberedBrowser> browsers{};
};

struct ListedAccount {
    Account account;
    NextSignIn next_sign_in = NextSignIn::refused;
    std::optional<Validator> validator{};
};

struct AccountSearch {
    static constexpr std::size_t most = 50;
    std::vector<ListedAccount> found;  // by name
    std::string next{};                // the name behind which there are more; empty where there are none
};

enum class Helped : std::uint8_t { done, no_such_user, refused };

struct MadeCode {
    Helped helped = Helped::refused;
    std::string code{};  // as it is to be shown, once
};

// Each change is one event, kept together with it.
class Administration {
public:
    virtual ~Administration() = default;

    virtual Result<std::optional<AccountDetails>> find(std::string_view name) = 0;
    // Users whose names begin so; as the database sorts them, with others between where it ignores case.
    // With `after`, a name, those behind it; `limit` of them, and no more than AccountSearch::most.
    virtual Result<AccountSearch> search(std::string_view beginning, std::string_view after, std::size_t limit) = 0;

    // What happened to the user of a uuid, or where it is empty to everybody, from behind a key on.
    virtual Result<EventPage> events(std::string_view uuid, const EventKey& before) = 0;
    // How much happened in each hour since then; what is none is not among them.
    virtual Result<std::vector<TallyCount>> tallied(Moment since) = 0;

    // The next sign-in within `lifetime` passes without a code. Refused where the user is not enrolled.
    virtual Result<Helped> skip_next(std::string_view name, seconds lifetime, const Administrator& by) = 0;
    // The user enrolls anew, and all sessions end. What Twilio may have of the user is owed a deletion.
    virtual Result<Helped> reset(std::string_view name, const Administrator& by) = 0;
    // Ends the waits that wrong codes brought. Refused where there is none to end, for codes are closed: they stay so.
    virtual Result<Helped> unlock(std::string_view name, const Administrator& by) = 0;
    // Refused where the factor is closed: it would not be taken.
    virtual Result<MadeCode> temporary_code(std::string_view name, seconds lifetime, const Administrator& by) = 0;
    // Those of all browsers, and none of them is remembered any more.
    virtual Result<Helped> end_sessions(std::string_view name, const Administrator& by) = 0;
    // The same of all users.
    virtual Result<Done> end_everybody(const Administrator& by) = 0;
};

}  // namespace uzmfa
