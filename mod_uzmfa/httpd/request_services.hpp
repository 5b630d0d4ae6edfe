// SPDX-License-Identifier: Apache-2.0
// The core's ports for one request. Made only when an answer of our own is due; takes a database
// connection only when one is asked for.
#pragma once

#include "core/ports.hpp"
#include "httpd/clock.hpp"
#include "httpd/connections.hpp"
#include "httpd/request_validator.hpp"
#include "httpd/service.hpp"
#include "store/account_store.hpp"
#include "store/administration.hpp"
#include "store/attempt_store.hpp"
#include "store/browser_store.hpp"
#include "store/factor_store.hpp"
#include "store/kept_post_store.hpp"
#include "store/account_event_store.hpp"
#include "store/recovery_code_store.hpp"
#include "store/session_store.hpp"
#include "store/sign_in_failure_store.hpp"
#include "store/temporary_code_store.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace uzmfa {

// Asks the providers of UzmfaLoginProvider, with the directives of the own page's place, for a few requests at a time.
class ProviderPasswords final : public Passwords {
public:
    ProviderPasswords(request_rec* r, const Service& service, Database& database)
        : r_{r}, service_{service}, database_{database} {}
    Result<bool> are_right(std::string_view name, std::string_view password) override;

private:
    request_rec* r_;
    const Service& service_;
    Database& database_;
};

// On this node at once, on others and after a restart by the database.
class NodeSessions final : public Sessions {
public:
    NodeSessions(Database& database, const Service& service, Moment now)
        : store_{database}, service_{service}, now_{now} {}

    Result<std::optional<RowState>> row_of(std::string_view user, const SessionId& session) override {
        return store_.row_of(user, session);
    }
    Result<Done> hold(const Uuid& uuid) override { return store_.hold(uuid); }
    Result<bool> revoke(const Session& session, Moment until) override;
    Result<bool> is_revoked(const SessionId& session) override { return store_.is_revoked(session); }
    Result<Done> end_all(const Uuid& uuid) override;
    Result<Done> note(const Session& session, Moment until, const Origin& origin) override;
    Result<Done> purge() override { return store_.purge(); }

    // What others of this request's stores have ended counts on this node.
    void begin_epoch(const Uuid& uuid, std::uint32_t epoch);

    // What a transaction ends counts on this node once it is kept.
    void hold() { is_held_ = true; }
    void release(bool kept);

private:
    void when_kept(std::function<void()> change);

    SessionStore store_;
    const Service& service_;
    Moment now_;
    bool is_held_ = false;
    std::vector<std::function<void()>> held_;
};

class DatabaseTransactions final : public Transactions {
public:
    DatabaseTransactions(Database& database, NodeSessions& sessions) : database_{database}, sessions_{sessions} {}
    Result<bool> run(const std::function<Result<bool>()>& work) override;

private:
    Database& database_;
    NodeSessions& sessions_;
};

AttemptLimits attempt_limits(const Site& site);

class RequestServices {
public:
    RequestServices(request_rec* r, const Service& service)
        : connections_{r->pool, r->server, service.source()},
          database_{connections_, service.statements()},
          accounts_{database_},
          factors_{database_},
          validator_{make_validator(service, database_, factors_)},
          sign_in_limit_{database_, service.sign_in_key(), service.site().sign_in_limit,
                         service.site().longest_sign_in_window},
          passwords_{r, service, database_},
          attempts_{database_, attempt_limits(service.site())},
          recovery_codes_{database_},
          temporary_codes_{database_},
          sessions_{database_, service, now()},
          browsers_{database_},
          account_events_{database_},
          kept_posts_{database_, service.kept_post_sealer(), service.kept_address_key()},
          transactions_{database_, sessions_},
          administration_{database_, service.site().validator, attempt_limits(service.site()),
                          [this](const Uuid& uuid, std::uint32_t epoch) { sessions_.begin_epoch(uuid, epoch); }},
          services_{accounts_, sign_in_limit_, passwords_, *validator_, attempts_, recovery_codes_, temporary_codes_, sessions_,
                    browsers_, account_events_, kept_posts_, transactions_, service.tokens(), administration_} {}

    Services& ports() { return services_; }
    Database& database() { return database_; }

private:
    DbdConnections connections_;
    Database database_;
    AccountStore accounts_;
    FactorStore factors_;
    std::unique_ptr<CodeValidator> validator_;
    SignInFailureStore sign_in_limit_;
    ProviderPasswords passwords_;
    AttemptStore attempts_;
    RecoveryCodeStore recovery_codes_;
    TemporaryCodeStore temporary_codes_;
    NodeSessions sessions_;
    BrowserStore browsers_;
    AccountEventStore account_events_;
    KeptPostStore kept_posts_;
    DatabaseTransactions transactions_;
    AccountAdministration administration_;
    Services services_;
};

}  // namespace uzmfa
