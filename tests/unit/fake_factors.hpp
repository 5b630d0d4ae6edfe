// SPDX-License-Identifier: Apache-2.0
// The contract of Factors, in memory. Keeps the calls in `calls`, and fails in those that `broken` names.
#pragma once

#include "factors/factors.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace uzmfa::test {

class FakeFactors final : public Factors {
public:
    struct Pending {
        std::string uuid;
        PendingFactor factor;
        bool aged = false;
        bool retired = false;      // aged in time_to_bind
        bool hidden_once = false;  // put by another just after it was looked for
        int tried_by_others = 0;   // just after it was looked for
    };
    std::map<std::string, BoundFactor, std::less<>> bound;  // by uuid/sid
    std::map<SessionId, Pending> pending;
    std::set<std::string> used_codes;     // uuid/digest
    std::vector<std::string> unbound;     // uuid/sid
    std::set<std::string_view> broken;
    std::vector<std::string> calls;
    bool binds = true;
    bool spends = true;
    std::function<void()> on_put = [] {};     // once a factor is pending
    std::function<void()> on_charge = [] {};  // once a try was charged

    static std::string key_of(const Account& account) { return account.uuid + "/" + account.mfa_sid; }
    static Error outage() { return {ErrorKind::unavailable, "the fake is broken"}; }

    Result<std::optional<BoundFactor>> find(const Account& account) override {
        calls.emplace_back("find");
        if (broken.contains("find")) return outage();
        const auto found = bound.find(key_of(account));
        return found == bound.end() ? std::optional<BoundFactor>{} : std::optional{found->second};
    }
    Result<bool> spend(const Account& account, TimeStep step) override {
        calls.emplace_back("spend");
        if (broken.contains("spend")) return outage();
        auto& factor = bound.at(key_of(account));
        if (!spends || factor.last_step >= step) return false;
        factor.last_step = step;
        return true;
    }
    Result<bool> spend_code(const Account& account, std::span<const std::string> digests) override {
        calls.emplace_back("spend_code");
        if (broken.contains("spend_code")) return outage();
        bool are_new = true;
        for (const auto& digest : digests) are_new &= used_codes.insert(account.uuid + "/" + digest).second;
        return are_new;
    }
    Result<std::optional<PendingFactor>> find_pending(const Account& account, const SessionId& session) override {
        calls.emplace_back("find_pending");
        if (broken.contains("find_pending")) return outage();
        const auto found = pending.find(session);
        if (found == pending.end() || found->second.aged || found->second.uuid != account.uuid) {
            return std::optional<PendingFactor>{};
        }
        if (std::exchange(found->second.hidden_once, false)) return std::optional<PendingFactor>{};
        const auto seen = found->second.factor;
        found->second.factor.tries += std::exchange(found->second.tried_by_others, 0);
        return std::optional{seen};
    }
    Result<bool> put_pending(const Account& account, const SessionId& session, const StoredSecret& fresh,
                             std::string_view spent_sid) override {
        calls.emplace_back("put_pending");
        if (broken.contains("put_pending")) return outage();
        const auto found = pending.find(session);
        if (found == pending.end() || found->second.aged || found->second.uuid != account.uuid ||
            found->second.factor.secret.sid == spent_sid) {
            pending[session] = {account.uuid, {fresh, 0}};
            on_put();
            return true;
        }
        return false;
    }
    Result<bool> charge(const SessionId& session, std::string_view sid) override {
        calls.emplace_back("charge");
        if (broken.contains("charge")) return outage();
        const auto found = pending.find(session);
        if (found == pending.end() || found->second.factor.secret.sid != sid) return false;
        if (found->second.factor.tries >= most_tries) return false;
        ++found->second.factor.tries;
        on_charge();
        return true;
    }
    Result<Done> uncharge(const SessionId& session, std::string_view sid) override {
        calls.emplace_back("uncharge");
        if (broken.contains("uncharge")) return outage();
        const auto found = pending.find(session);
        if (found != pending.end() && found->second.factor.secret.sid == sid && found->second.factor.tries > 0) {
            --found->second.factor.tries;
        }
        return Done{};
    }
    Result<Done> retire(const SessionId& session, std::string_view sid) override {
        calls.emplace_back("retire");
        if (broken.contains("retire")) return outage();
        const auto found = pending.find(session);
        if (found != pending.end() && found->second.factor.secret.sid == sid) found->second.retired = true;
        return Done{};
    }
    Result<bool> bind(const Account& account, const SessionId& session, const StoredSecret& secret, TimeStep step,
                      std::string_view address) override {
        calls.emplace_back("bind from " + std::string{address});
        if (broken.contains("bind")) return outage();
        if (!binds) return false;
        bound[account.uuid + "/" + secret.sid] = {secret, step};
        pending.erase(session);
        return true;
    }
    Result<Done> unbind(const Account& account) override {
        calls.emplace_back("unbind");
        if (broken.contains("unbind")) return outage();
        unbound.push_back(key_of(account));
        return Done{};
    }
};

}  // namespace uzmfa::test
