// SPDX-License-Identifier: Apache-2.0
// UzmfaValidator local: secrets made and codes checked here (RFC 6238).
#pragma once

#include "core/policy.hpp"
#include "core/ports.hpp"
#include "crypto/sealer.hpp"
#include "factors/factors.hpp"
#include "factors/totp/totp.hpp"

namespace uzmfa::totp {

class LocalValidator final : public CodeValidator {
public:
    LocalValidator(Factors& factors, const Sealer& sealer, const Site& site)
        : factors_{factors}, sealer_{sealer}, site_{site} {}

    Result<std::optional<std::size_t>> code_digits(const Account& account) override;
    Result<Enrollment> enrollment(const Account& account, const SessionId& session) override;
    Result<std::optional<Enrollment>> pending_enrollment(const Account& account, const SessionId& session) override;
    Result<Check> check(const Account& account, std::string_view code, Moment now) override;
    Result<bool> spend(const Account& account, const Check& check) override;
    Result<Check> check_enrollment(const Account& account, const SessionId& session, std::string_view code,
                                   Moment now) override;
    Result<bool> bind(const Account& account, const SessionId& session, const Check& check,
                      std::string_view address) override;

private:
    Result<SecretBytes> open(const Account& account, const StoredSecret& stored) const;
    Result<Enrollment> shown(const Account& account, const StoredSecret& stored) const;
    Result<Done> put_new_secret(const Account& account, const SessionId& session, std::string_view spent_sid);

    Factors& factors_;
    const Sealer& sealer_;
    const Site& site_;
};

}  // namespace uzmfa::totp
