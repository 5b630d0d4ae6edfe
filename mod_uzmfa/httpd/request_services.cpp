// SPDX-License-Identifier: Apache-2.0
#include "httpd/request_services.hpp"

#include "httpd/password_turn.hpp"
#include "httpd/pool.hpp"

namespace uzmfa {
namespace {

constexpr seconds pause_when_busy{5};

}  // namespace

Result<bool> ProviderPasswords::are_right(std::string_view name, std::string_view password) {
    // Nobody else should miss the connection while this one waits and computes.
    database_.release();
    const PasswordTurn turn{service_.memory().password_slots};
    if (!turn) return Error{ErrorKind::busy, {}, pause_when_busy};
    const char* const user = copy_in(r_->pool, name);
    char* const secret = copy_in(r_->pool, password);
    authn_status status = AUTH_USER_NOT_FOUND;
    for (const auto& [label, provider] : service_.login_providers()) {
        status = provider->check_password(r_, user, secret);
        if (status != AUTH_USER_NOT_FOUND) break;
    }
    OPENSSL_cleanse(secret, password.size());
    if (status == AUTH_GENERAL_ERROR) return Error{ErrorKind::unavailable, "a login provider failed, as a line of level info says"};
    return status == AUTH_GRANTED;
}

Result<bool> NodeRevocations::revoke(const SessionId& session, Moment until) {
    // Outside a transaction it counts here even if the database cannot be told.
    if (held_) held_->emplace_back(session, until);
    else memory_.revocations.add(session, until, now_);
    return RevocationStore{database_}.add(session, until);
}

void NodeRevocations::release(bool kept) {
    for (const auto& [session, until] : kept ? *held_ : std::vector<Revocation>{}) memory_.revocations.add(session, until, now_);
    held_.reset();
}

Result<bool> DatabaseTransactions::run(const std::function<Result<bool>()>& work) {
    revocations_.hold();
    auto kept = database_.in_transaction(work);
    revocations_.release(kept && *kept);
    return kept;
}

}  // namespace uzmfa
