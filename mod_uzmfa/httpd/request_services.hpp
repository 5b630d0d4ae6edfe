// SPDX-License-Identifier: Apache-2.0
// The core's ports for one request. Made only when an answer of our own is due; takes a database
// connection only when one is asked for.
#pragma once

#include "core/ports.hpp"
#include "httpd/connections.hpp"
#include "httpd/request_validator.hpp"
#include "httpd/service.hpp"
#include "store/account_store.hpp"
#include "store/revocation_store.hpp"
#include "store/factor_store.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace uzmfa {

// Asks the providers of UzmfaLoginProvider, with the directives of the own page's place.
class ProviderPasswords final : public Passwords {
public:
    ProviderPasswords(request_rec* r, const Service& service) : r_{r}, service_{service} {}
    Result<bool> are_right(std::string_view name, std::string_view password) override;

private:
    request_rec* r_;
    const Service& service_;
};

// On this node at once, on others and after a restart by the database.
class NodeRevocations final : public Revocations {
public:
    NodeRevocations(Database& database, NodeMemory& memory, Moment now)
        : database_{database}, memory_{memory}, now_{now} {}
    Result<bool> revoke(const SessionId& session, Moment until) override;
    Result<bool> is_revoked(const SessionId& session) override { return RevocationStore{database_}.contains(session); }
    Result<Done> purge() override { return RevocationStore{database_}.purge(); }

    // What a transaction revokes counts on this node once it is kept.
    void hold() { held_.emplace(); }
    void release(bool kept);

private:
    using Revocation = std::pair<SessionId, Moment>;

    Database& database_;
    NodeMemory& memory_;
    Moment now_;
    std::optional<std::vector<Revocation>> held_;
};

class DatabaseTransactions final : public Transactions {
public:
    DatabaseTransactions(Database& database, NodeRevocations& revocations)
        : database_{database}, revocations_{revocations} {}
    Result<bool> run(const std::function<Result<bool>()>& work) override;

private:
    Database& database_;
    NodeRevocations& revocations_;
};

class RequestServices {
public:
    RequestServices(request_rec* r, const Service& service)
        : connections_{r->pool, r->server},
          database_{connections_, service.statements()},
          accounts_{database_},
          factors_{database_},
          validator_{make_validator(service, database_, factors_)},
          passwords_{r, service},
          revocations_{database_, service.memory(), from_unix_time(apr_time_sec(r->request_time))},
          transactions_{database_, revocations_},
          services_{accounts_, passwords_, *validator_, revocations_, transactions_, service.tokens()} {}

    Services& ports() { return services_; }
    Database& database() { return database_; }

private:
    DbdConnections connections_;
    Database database_;
    AccountStore accounts_;
    FactorStore factors_;
    std::unique_ptr<CodeValidator> validator_;
    ProviderPasswords passwords_;
    NodeRevocations revocations_;
    DatabaseTransactions transactions_;
    Services services_;
};

}  // namespace uzmfa
