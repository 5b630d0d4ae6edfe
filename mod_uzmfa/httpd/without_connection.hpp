// SPDX-License-Identifier: Apache-2.0
// Calls to a provider during which no database connection is held.
#pragma once

#include "net/http_client.hpp"
#include "store/database.hpp"

namespace uzmfa {

// A call may take seconds: nobody else should miss the database connection meanwhile.
class WithoutConnection final : public HttpClient {
public:
    WithoutConnection(HttpClient& client, Database& database) : client_{client}, database_{database} {}

    Result<HttpAnswer> send(const HttpRequest& request, Deadline deadline) override {
        database_.release();
        return client_.send(request, deadline);
    }

private:
    HttpClient& client_;
    Database& database_;
};

}  // namespace uzmfa
