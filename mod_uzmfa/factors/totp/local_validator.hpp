// SPDX-License-Identifier: Apache-2.0
// UzmfaValidator local: secrets made and codes checked here (RFC 6238).
#pragma once

#include "core/policy.hpp"
#include "core/ports.hpp"
#include "crypto/sealer.hpp"
#include "factors/pending_validator.hpp"
#include "factors/totp/totp.hpp"

namespace uzmfa::totp {

// The secret of an account's factor. `sealer` is of use::totp_secret.
Result<SecretBytes> open_secret(const Sealer& sealer, const Account& account, const StoredSecret& stored);

class LocalValidator final : public PendingValidator {
public:
    LocalValidator(Factors& factors, const Sealer& sealer, const Site& site)
        : PendingValidator{factors}, sealer_{sealer}, site_{site} {}

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

    const Sealer& sealer_;
    const Site& site_;
};

}  // namespace uzmfa::totp
