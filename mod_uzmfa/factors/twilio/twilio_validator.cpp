// SPDX-License-Identifier: Apache-2.0
#include "factors/twilio/twilio_validator.hpp"

#include "core/percent.hpp"
#include "core/printable.hpp"
#include "crypto/encoding.hpp"
#include "crypto/mac.hpp"
#include "factors/twilio/deletions.hpp"
#include "factors/twilio/sids.hpp"

#include <algorithm>
#include <array>

namespace uzmfa::twilio {
namespace {

using std::chrono::hours;

// Twilio locks a factor after 50 challenges an hour or 100 a day (60312), and a user after 100 new factors a day
// (60326). Whoever knows the password must not be able to bring that about.
// It counts a call when it comes there, which may be as late as the deadline; here it is counted before, in whole seconds.
std::array<Limit, 2> challenge_limits(seconds timeout) {
    const seconds late = timeout + seconds{1};
    return {{{49, hours{1} + late}, {99, hours{24} + late}}};
}
constexpr Limit factor_limits[] = {{50, hours{24}}};

// What is sealed of a pending factor: the secret, a line end, the URI.
SecretBytes secret_record(const NewFactor& made) { return secret_bytes(made.secret + "\n" + made.uri); }

constexpr std::string_view own_limit = "the module's own limit";

Error too_many_factors(seconds wait, std::string_view whose) {
    return {ErrorKind::provider_limit, "too many new factors of one user in a day: " + std::string{whose}, wait};
}

bool is_refused(const auto& answer, Meaning meaning) {
    if (!answer) return false;
    const auto* const refusal = std::get_if<Refusal>(&*answer);
    return refusal && refusal->meaning == meaning;
}

// An outage costs nobody a try.
bool was_not_asked(const auto& answer) { return !answer && answer.error().kind == ErrorKind::provider_not_asked; }

}  // namespace

std::string_view friendly_name_of(const Account& account, FriendlyName kind) {
    if (kind == FriendlyName::uuid) return account.uuid;
    return beginning_of(account.name.view(), 64);  // as much as Twilio takes
}

std::string relabelled(std::string_view uri, std::string_view name) {
    const auto query = std::min(uri.find('?'), uri.size());
    const auto path = uri.substr(0, query);
    const auto scheme = path.find("//") + 2;
    const auto colon = path.find_last_of(":/");
    auto label = colon == path.npos || colon < scheme ? path.size() : colon + 1;
    // An encoded colon separates only where no plain one does; else it is part of a name.
    const bool is_separated = path.substr(0, label).ends_with(":");
    for (const auto encoded : {path.rfind("%3A"), path.rfind("%3a")}) {
        if (!is_separated && encoded != path.npos && encoded >= label) label = encoded + 3;
    }
    return std::string{path.substr(0, label)} + percent_encode(name) + std::string{uri.substr(query)};
}

Result<std::optional<std::size_t>> TwilioValidator::code_digits(const Account& account) {
    if (!is_sid(Kind::factor, account.mfa_sid) || account.uuid.empty()) return std::optional<std::size_t>{};
    auto found = factors_.find(account);
    if (!found) return found.error();
    // Not there: enrolled by the application, whose factors are as its service's settings say.
    return std::optional<std::size_t>{*found ? (*found)->secret.parameters.digits : site_.totp_digits};
}

// --- enrollment ---

Result<Enrollment> TwilioValidator::shown(const Account& account, const StoredSecret& stored) const {
    const auto sealed = from_base64(stored.sealed);
    const auto record = sealed ? sealer_.open(*sealed, seal_context(account, stored.sid)) : std::nullopt;
    const auto text = record ? text_of(*record) : std::string_view{};
    const auto line_end = text.find('\n');
    if (line_end == text.npos) {
        return Error{ErrorKind::damaged, "the pending factor " + stored.sid +
                                             " does not open: its key is missing or the row was changed"};
    }
    return Enrollment{std::string{text.substr(0, line_end)}, relabelled(text.substr(line_end + 1), account.name.view())};
}

// A reset whose deletion has not reached Twilio yet would take the new factor along.
Result<Done> TwilioValidator::pay_entity(const Account& account) {
    auto deletions = owed_.of(account.uuid);
    if (!deletions) return deletions.error();
    for (const auto& deletion : *deletions) {
        if (!deletion.sid.empty()) continue;
        auto paid = pay(deletion, owed_, api_);
        if (!paid) return paid.error();
        if (!*paid) return Error{ErrorKind::provider_unavailable, "the user's reset is on its way to Twilio", seconds{5}};
    }
    return Done{};
}

// Twilio keeps 100 factors of a user: those that are in nobody's row go.
Result<Done> TwilioValidator::make_room(const Account& account) {
    auto listed = api_.list_factors(account.uuid);
    if (!listed) return listed.error();
    const auto* const rows = std::get_if<std::vector<FactorRow>>(&*listed);
    if (!rows) return Error{ErrorKind::provider_unavailable, "Twilio does not list the user's factors"};
    constexpr std::size_t enough = 10;  // within the deadline
    std::size_t removed = 0;
    for (const auto& row : *rows) {
        if (row.sid == account.mfa_sid || row.verified || removed == enough) continue;
        auto deleted = api_.delete_factor(account.uuid, row.sid);
        if (!deleted) return deleted.error();
        ++removed;
    }
    return Done{};
}

Answer<NewFactor> TwilioValidator::make_factor(const Account& account) {
    const auto name = friendly_name_of(account, settings_.friendly_name);
    const FactorConfig config{site_.totp_algorithm, site_.totp_digits, site_.totp_skew};
    auto made = api_.create_factor(account.uuid, name, config);
    if (!is_refused(made, Meaning::full)) return made;
    if (auto room = make_room(account); !room) return room.error();
    return api_.create_factor(account.uuid, name, config);
}

Result<Done> TwilioValidator::put_new(const Account& account, const SessionId& session, std::string_view spent_sid) {
    if (auto paid = pay_entity(account); !paid) return paid.error();
    const auto quota = "factors " + account.uuid;
    auto wait = quotas_.take(quota, account.uuid, factor_limits);
    if (!wait) return wait.error();
    if (*wait) return too_many_factors(**wait, own_limit);

    auto made = make_factor(account);
    if (was_not_asked(made)) {
        if (auto back = quotas_.give_back(quota); !back) return back.error();
    }
    if (!made) return made.error();
    if (const auto* refusal = std::get_if<Refusal>(&*made)) {
        if (refusal->meaning == Meaning::wait) return too_many_factors(refusal->wait, refusal->detail);
        return Error{ErrorKind::provider_refuses, "Twilio makes no factor: does it know UzmfaTwilioServiceSid?"};
    }
    const auto& fresh = std::get<NewFactor>(*made);
    const StoredSecret stored{fresh.sid, base64(sealer_.seal(secret_record(fresh), seal_context(account, fresh.sid))),
                              {site_.totp_algorithm, site_.totp_digits}};
    auto put = factors_.put_pending(account, session, stored, spent_sid);
    if (!put) return put.error();
    // Another tab was faster, and its factor is the one that is shown.
    return *put ? Done{} : owed_.owe(account.uuid, fresh.sid);
}

// The answer to an earlier try may have been lost; and what Twilio has verified it calls verified whatever the code.
Answer<bool> TwilioValidator::ask(const Account& account, const PendingFactor& pending, std::string_view code) {
    const auto& sid = pending.secret.sid;
    if (pending.tries == 0) return api_.verify_factor(account.uuid, sid, code);
    auto listed = api_.list_factors(account.uuid);
    if (!listed) return listed.error();
    const auto* const rows = std::get_if<std::vector<FactorRow>>(&*listed);
    const bool verified = rows && std::any_of(rows->begin(), rows->end(),
                                              [&](const FactorRow& row) { return row.sid == sid && row.verified; });
    return verified ? api_.create_challenge(account.uuid, sid, code) : api_.verify_factor(account.uuid, sid, code);
}

Result<Check> TwilioValidator::check_enrollment(const Account& account, const SessionId& session, std::string_view code,
                                                Moment) {
    auto pending = factors_.find_pending(account, session);
    if (!pending) return pending.error();
    if (!*pending) return Check{Verdict::expired};
    const auto& sid = (*pending)->secret.sid;

    auto charged = factors_.charge(session, sid);
    if (!charged) return charged.error();
    if (!*charged) return later(session, sid);
    auto answer = ask(account, **pending, code);
    if (was_not_asked(answer)) {
        if (auto back = factors_.uncharge(session, sid); !back) return back.error();
    }
    if (!answer) return answer.error();
    const auto* const refusal = std::get_if<Refusal>(&*answer);
    const bool right = !refusal && std::get<bool>(*answer);
    const bool wrong = !right && (!refusal || refusal->meaning == Meaning::wrong_code);
    if (right) return accepted(account, sid, code);
    if (wrong) {
        auto spent = is_spent(account, session, sid);
        if (!spent) return spent.error();
        if (!*spent) return Check{Verdict::wrong};
    }

    // This factor can no longer be verified: it goes, and a new one takes its place.
    if (auto put = put_new(account, session, sid); !put) return put.error();
    if (auto owed = owed_.owe(account.uuid, sid); !owed) return owed.error();
    return Check{.verdict = wrong || refusal->meaning == Meaning::spent ? Verdict::secret_spent : Verdict::expired,
                 .detail = refusal ? refusal->detail : std::string{}};
}

Result<bool> TwilioValidator::bind(const Account& account, const SessionId& session, const Check& check,
                                   std::string_view address) {
    auto pending = still_pending(account, session, check.sid);
    if (!pending) return pending.error();
    if (!*pending) return false;
    // Twilio has the secret, and nobody here needs it any more; but which service it is.
    StoredSecret& secret = (*pending)->secret;
    secret.sealed = api_.service_sid();
    auto bound = factors_.bind(account, session, secret, check.step, address);
    if (!bound || !*bound) return bound;
    // A reset that came between takes the factor along once it reaches Twilio.
    auto deletions = owed_.of(account.uuid);
    if (!deletions) return deletions.error();
    if (std::any_of(deletions->begin(), deletions->end(), [](const OwedDeletion& deletion) { return deletion.sid.empty(); })) {
        return false;
    }
    if (auto spent = spend(account, check); !spent || !*spent) return spent;
    if (is_sid(Kind::factor, account.mfa_sid)) {
        if (auto owed = owed_.owe(account.uuid, account.mfa_sid); !owed) return owed.error();
    }
    return true;
}

// --- verification ---

// Twilio knows no such factor. With the wrong service it would know none at all, and a password alone would be enough
// to enroll anew: so the service must be there, and be the one that has the factor.
Result<Check> TwilioValidator::without_factor(const Account& account, const Refusal& refusal) {
    auto known = factors_.find(account);
    if (!known) return known.error();
    if (*known && (*known)->secret.sealed != api_.service_sid()) {
        return Error{ErrorKind::provider_refuses, "the factor is of another service than UzmfaTwilioServiceSid"};
    }
    auto service = api_.fetch_service();
    if (!service) return service.error();
    if (std::holds_alternative<Refusal>(*service)) {
        return Error{ErrorKind::provider_refuses, "Twilio knows no service of UzmfaTwilioServiceSid"};
    }
    if (auto unbound = factors_.unbind(account); !unbound) return unbound.error();
    if (auto owed = owed_.owe(account.uuid, account.mfa_sid); !owed) return owed.error();
    return Check{.verdict = Verdict::factor_gone, .detail = refusal.detail};
}

Result<Check> TwilioValidator::check(const Account& account, std::string_view code, Moment) {
    auto wait = quotas_.take(account.mfa_sid, account.uuid, challenge_limits(settings_.timeout));
    if (!wait) return wait.error();
    if (*wait) return Check{.verdict = Verdict::wait, .wait = **wait, .detail = std::string{own_limit}};

    auto answer = api_.create_challenge(account.uuid, account.mfa_sid, code);
    if (was_not_asked(answer)) {
        if (auto back = quotas_.give_back(account.mfa_sid); !back) return back.error();
    }
    if (!answer) return answer.error();
    if (const bool* const approved = std::get_if<bool>(&*answer)) {
        if (!*approved) return Check{Verdict::wrong};
        return accepted(account, account.mfa_sid, code);
    }
    const auto& refusal = std::get<Refusal>(*answer);
    switch (refusal.meaning) {
        case Meaning::wait: return Check{.verdict = Verdict::wait, .wait = refusal.wait, .detail = refusal.detail};
        case Meaning::gone: return without_factor(account, refusal);
        default: return Check{Verdict::wrong};
    }
}

// Nothing says that Twilio approves a code once only (RFC 6238 §5.2).
Result<bool> TwilioValidator::spend(const Account& account, const Check& check) {
    return factors_.spend_code(account, check.digests);
}

Check TwilioValidator::accepted(const Account& account, std::string_view sid, std::string_view code) const {
    return {.verdict = Verdict::accepted,
            .sid = std::string{sid},
            .digests = digests_of(digest_keys_, account, sid, code)};
}

std::vector<std::string> digests_of(const std::vector<SecretBytes>& keys, const Account& account, std::string_view sid,
                                    std::string_view code) {
    const auto message = seal_context(account, sid) + "/" + std::string{code};
    std::vector<std::string> digests;
    digests.reserve(keys.size());
    for (const auto& key : keys) digests.push_back(hex(hmac(Digest::sha256, key, bytes_of(message))));
    std::sort(digests.begin(), digests.end());
    return digests;
}

}  // namespace uzmfa::twilio
