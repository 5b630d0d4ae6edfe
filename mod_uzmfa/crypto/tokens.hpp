// SPDX-License-Identifier: Apache-2.0
// Session ids, the form tokens bound to them, and one-time codes.
#pragma once

#include "core/ports.hpp"
#include "crypto/secret_bytes.hpp"

#include <vector>

namespace uzmfa {

// A form token is HMAC-SHA256 of the session's id, 128 bits of it: nothing to keep, dead with the
// session. Tokens under any key of the ring are taken, so that a rollover spoils no open form.
class SessionTokens final : public Tokens {
public:
    explicit SessionTokens(const std::vector<SecretBytes>& keys);

    SessionId new_session_id() const override;
    std::string form_token(const SessionId& session) const override;
    bool is_form_token(std::string_view given, const SessionId& session) const override;
    std::string digest_of(const SessionId& session) const override;
    std::string new_recovery_code() const override;
    std::string new_temporary_code() const override;
    std::optional<OneTimeCode> one_time_code(std::string_view typed) const override;

private:
    std::vector<SecretBytes> keys_;
};

// What logs call a session: 64 bits of the SHA-256 of its id, in hex. From it nobody comes to the id.
std::string digest_of(const SessionId& session);

}  // namespace uzmfa
