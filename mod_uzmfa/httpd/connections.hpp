// SPDX-License-Identifier: Apache-2.0
// Where the store's connections come from: mod_dbd while requests run, one of its own at the start.
#pragma once

#include "httpd/httpd_api.hpp"
#include "store/database.hpp"

namespace uzmfa {

// Borrows a connection of mod_dbd.
class DbdConnections final : public ConnectionSource {
public:
    DbdConnections(apr_pool_t* pool, server_rec* server) : pool_{pool}, server_{server} {}
    Result<Connection> acquire() override;
    void release() override;

private:
    apr_pool_t* pool_;
    server_rec* server_;
    ap_dbd_t* borrowed_ = nullptr;
};

}  // namespace uzmfa
