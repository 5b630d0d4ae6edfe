// SPDX-License-Identifier: Apache-2.0
#include "crypto/tokens.hpp"

#include "crypto/encoding.hpp"
#include "crypto/keys.hpp"
#include "crypto/mac.hpp"
#include "crypto/one_time_codes.hpp"
#include "crypto/random.hpp"

namespace uzmfa {
namespace {

constexpr std::size_t token_bytes = 16;

std::string token_under(const SecretBytes& key, const SessionId& session) {
    const auto mac = hmac(Digest::sha256, key, session);
    return base64url(std::span{mac}.first(token_bytes));
}

}  // namespace

SessionTokens::SessionTokens(const std::vector<SecretBytes>& keys) : keys_{derive_keys(keys, use::form_token)} {}

SessionId SessionTokens::new_session_id() const {
    SessionId id;
    fill_random(id);
    return id;
}

std::string SessionTokens::form_token(const SessionId& session) const { return token_under(keys_.front(), session); }

bool SessionTokens::is_form_token(std::string_view given, const SessionId& session) const {
    bool is_token = false;
    for (const auto& key : keys_) is_token |= equal_in_constant_time(given, token_under(key, session));
    return is_token;
}

std::string SessionTokens::digest_of(const SessionId& session) const { return uzmfa::digest_of(session); }

std::string SessionTokens::new_recovery_code() const { return new_one_time_code(recovery_code_groups); }
std::string SessionTokens::new_temporary_code() const { return new_one_time_code(temporary_code_groups); }

std::optional<OneTimeCode> SessionTokens::one_time_code(std::string_view typed) const {
    auto text = normalized_one_time_code(typed);
    if (!text) return std::nullopt;
    const bool is_temporary = text->size() == temporary_code_groups * 4;
    return OneTimeCode{is_temporary ? OneTimeCode::Kind::temporary : OneTimeCode::Kind::recovery, std::move(*text)};
}

std::string digest_of(const SessionId& session) {
    const auto digest = sha256(session);
    return hex(std::span{digest}.first<8>());
}

}  // namespace uzmfa
