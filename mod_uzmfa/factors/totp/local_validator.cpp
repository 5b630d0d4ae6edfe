// SPDX-License-Identifier: Apache-2.0
#include "factors/totp/local_validator.hpp"

#include "crypto/encoding.hpp"
#include "crypto/random.hpp"

namespace uzmfa::totp {
namespace {

constexpr std::string_view sid_prefix = "LF";
constexpr std::size_t sid_random_bytes = 16;

}  // namespace

Result<SecretBytes> open_secret(const Sealer& sealer, const Account& account, const StoredSecret& stored) {
    const auto sealed = from_base64(stored.sealed);
    auto secret = sealed ? sealer.open(*sealed, seal_context(account, stored.sid)) : std::nullopt;
    if (!secret || secret->empty()) {
        return Error{ErrorKind::damaged, "the secret of factor " + stored.sid +
                                             " does not open: its key is missing or the row was changed"};
    }
    return std::move(*secret);
}

Result<Enrollment> LocalValidator::shown(const Account& account, const StoredSecret& stored) const {
    auto secret = open_secret(sealer_, account, stored);
    if (!secret) return secret.error();
    auto text = base32(*secret);
    auto uri = key_uri(site_.issuer, account.name.view(), text, stored.parameters);
    return Enrollment{std::move(text), std::move(uri)};
}

Result<Done> LocalValidator::put_new(const Account& account, const SessionId& session,
                                            std::string_view spent_sid) {
    StoredSecret fresh;
    fresh.sid = std::string{sid_prefix} + hex(random_bytes(sid_random_bytes));
    fresh.sealed = base64(sealer_.seal(random_bytes(secret_size), seal_context(account, fresh.sid)));
    fresh.parameters = {site_.totp_algorithm, site_.totp_digits};
    return as_done(factors_.put_pending(account, session, fresh, spent_sid));
}

Result<std::optional<std::size_t>> LocalValidator::code_digits(const Account& account) {
    if (!account.mfa_sid.starts_with(sid_prefix)) return std::optional<std::size_t>{};  // another validator's
    auto factor = factors_.find(account);
    if (!factor) return factor.error();
    if (!*factor) return std::optional<std::size_t>{};
    // A secret that cannot be opened is an error here already, never "not enrolled".
    auto secret = open_secret(sealer_, account, (*factor)->secret);
    if (!secret) return secret.error();
    return std::optional<std::size_t>{(*factor)->secret.parameters.digits};
}

Result<Check> LocalValidator::check_enrollment(const Account& account, const SessionId& session, std::string_view code,
                                              Moment now) {
    auto pending = factors_.find_pending(account, session);
    if (!pending) return pending.error();
    if (!*pending) return Check{Verdict::expired};
    const StoredSecret& stored = (*pending)->secret;

    auto charged = factors_.charge(session, stored.sid);
    if (!charged) return charged.error();
    if (!*charged) return later(session, stored.sid);
    auto secret = open_secret(sealer_, account, stored);
    if (!secret) return secret.error();
    const auto step = matching_step(code, now, site_.totp_skew, *secret, stored.parameters);
    if (step) return Check{.verdict = Verdict::accepted, .sid = stored.sid, .step = *step};
    auto spent = is_spent(account, session, stored.sid);
    if (!spent) return spent.error();
    if (!*spent) return Check{Verdict::wrong};
    if (auto put = put_new(account, session, stored.sid); !put) return put.error();
    return Check{Verdict::secret_spent};
}

Result<bool> LocalValidator::bind(const Account& account, const SessionId& session, const Check& check,
                                  std::string_view address) {
    auto pending = still_pending(account, session, check.sid);
    if (!pending) return pending.error();
    return *pending ? factors_.bind(account, session, (*pending)->secret, check.step, address) : Result<bool>{false};
}

Result<Check> LocalValidator::check(const Account& account, std::string_view code, Moment now) {
    auto factor = factors_.find(account);
    if (!factor) return factor.error();
    if (!*factor) return Error{ErrorKind::damaged, "the factor of this account is gone"};
    const auto& [stored, last_step] = **factor;

    auto secret = open_secret(sealer_, account, stored);
    if (!secret) return secret.error();
    const auto step = matching_step(code, now, site_.totp_skew, *secret, stored.parameters);
    if (!step) return Check{Verdict::wrong};
    if (*step <= last_step) return Check{Verdict::replayed};
    return Check{.verdict = Verdict::accepted, .sid = stored.sid, .step = *step};
}

Result<bool> LocalValidator::spend(const Account& account, const Check& check) {
    return factors_.spend(account, check.step);
}

}  // namespace uzmfa::totp
