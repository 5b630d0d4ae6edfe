// SPDX-License-Identifier: Apache-2.0
// UzmfaValidator twilio: Twilio Verify makes the secrets and checks the codes.
#pragma once

#include "core/policy.hpp"
#include "core/ports.hpp"
#include "crypto/sealer.hpp"
#include "factors/pending_validator.hpp"
#include "factors/twilio/api.hpp"
#include "factors/twilio/records.hpp"
#include "factors/twilio/settings.hpp"

namespace uzmfa::twilio {

class TwilioValidator : public PendingValidator {
public:
    TwilioValidator(Factors& factors, Quotas& quotas, OwedDeletions& owed, Api& api, const Sealer& sealer,
                    const std::vector<SecretBytes>& digest_keys, const Site& site, const Settings& settings)
        : PendingValidator{factors}, quotas_{quotas}, owed_{owed}, api_{api}, sealer_{sealer}, digest_keys_{digest_keys},
          site_{site}, settings_{settings} {}

    Result<std::optional<std::size_t>> code_digits(const Account& account) override;
    Result<Check> check(const Account& account, std::string_view code, Moment now) override;
    Result<bool> spend(const Account& account, const Check& check) override;
    Result<Check> check_enrollment(const Account& account, const SessionId& session, std::string_view code,
                                   Moment now) override;
    Result<bool> bind(const Account& account, const SessionId& session, const Check& check,
                      std::string_view address) override;

private:
    Result<Enrollment> shown(const Account& account, const StoredSecret& stored) const override;
    Result<Done> put_new(const Account& account, const SessionId& session, std::string_view spent_sid) override;
    Answer<NewFactor> make_factor(const Account& account);
    Result<Done> make_room(const Account& account);
    Answer<bool> ask(const Account& account, const PendingFactor& pending, std::string_view code);
    Result<Done> pay_entity(const Account& account);
    Check accepted(const Account& account, std::string_view sid, std::string_view code) const;
    Result<Check> without_factor(const Account& account, const Refusal& refusal);

    Quotas& quotas_;
    OwedDeletions& owed_;
    Api& api_;
    const Sealer& sealer_;
    const std::vector<SecretBytes>& digest_keys_;  // of use::used_code
    const Site& site_;
    const Settings& settings_;
};

// What Twilio is told of a user, in 64 bytes at most.
std::string_view friendly_name_of(const Account& account, FriendlyName kind);

// What Factors::spend_code takes of a code. `keys` are of use::used_code: one digest under each, so that nodes whose rings
// differ during a rollover have one in common. They are sorted: two that spend them at a time must not lock each other.
std::vector<std::string> digests_of(const std::vector<SecretBytes>& keys, const Account& account, std::string_view sid,
                                    std::string_view code);

// The URI as Twilio made it, but with the user's name, which Twilio need not know.
std::string relabelled(std::string_view uri, std::string_view name);

}  // namespace uzmfa::twilio
