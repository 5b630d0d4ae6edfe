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
    {
        const Stopwatch watch{service_.memory().password_checks};
        for (const auto& [label, provider] : service_.login_providers()) {
            status = provider->check_password(r_, user, secret);
            if (status != AUTH_USER_NOT_FOUND) break;
        }
    }
    OPENSSL_cleanse(secret, password.size());
    if (status == AUTH_GENERAL_ERROR) {
        return Error{ErrorKind::unavailable, "a login provider failed, as a line of level info says"};
    }
    return status == AUTH_GRANTED;
}

void NodeSessions::when_kept(std::function<void()> change) {
    if (is_held_) held_.push_back(std::move(change));
    else change();
}

void NodeSessions::begin_epoch(const Uuid& uuid, std::uint32_t epoch) {
    when_kept([this, uuid, epoch] {
        auto& table = service_.memory().revocations;
        const auto user = user_key(service_.source().name, uuid);
        if (table.begin_epoch(user, epoch, now_ + service_.site().longest.max_age, now_)) table.forget_sessions_of(user);
    });
}

Result<bool> NodeSessions::revoke(const Session& session, Moment until) {
    const auto id = session.id;
    const auto uuid = session.user.empty() ? Uuid{} : session.mark.uuid;
    // First here: outside of a transaction it counts on this node whatever the database says.
    when_kept([this, id, uuid, until] {
        service_.memory().revocations.add(id, user_key(service_.source().name, uuid), until, now_);
    });
    auto revoked = store_.revoke(id, uuid, until);
    if (!revoked) {
        const bool can_wait = !is_held_ && revoked.error().kind == ErrorKind::unavailable;
        if (can_wait && service_.memory().owe(service_.source(), id, uuid, until)) return true;
        return revoked.error();
    }
    if (revoked->epoch) begin_epoch(uuid, *revoked->epoch);
    return revoked->first;
}

Result<Done> NodeSessions::end_all(const Uuid& uuid) {
    auto epoch = store_.end_all(uuid);
    if (!epoch) return epoch.error();
    begin_epoch(uuid, *epoch);
    return Done{};
}

Result<Done> NodeSessions::note(const Session& session, Moment until, const Origin& origin) {
    return store_.note(session.mark.uuid, {session.id, session.method, now_, until, std::string{origin.address},
                                           std::string{origin.browser}});
}

void NodeSessions::release(bool kept) {
    is_held_ = false;
    for (const auto& change : kept ? held_ : std::vector<std::function<void()>>{}) change();
    held_.clear();
}

Result<bool> DatabaseTransactions::run(const std::function<Result<bool>()>& work) {
    sessions_.hold();
    auto kept = database_.in_transaction(work);
    sessions_.release(kept && *kept);
    return kept;
}

AttemptLimits attempt_limits(const Site& site) {
    return {site.failure_limit, site.lockout, site.failure_cap};
}

}  // namespace uzmfa
