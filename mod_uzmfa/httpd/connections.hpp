// SPDX-License-Identifier: Apache-2.0
// Where the store's connections come from while requests run: mod_dbd.
#pragma once

#include "httpd/httpd_api.hpp"
#include "httpd/node_memory.hpp"
#include "store/database.hpp"

namespace uzmfa {

// Borrows a connection of mod_dbd. mod_dbd connects one at a time, each try as long as its deadline: so while the
// database does not answer one at a time tries, and all others fail at once.
class DbdConnections final : public ConnectionSource {
public:
    DbdConnections(apr_pool_t* pool, server_rec* server, NodeMemory::Source& source)
        : pool_{pool}, server_{server}, source_{source} {}
    Result<Connection> acquire() override;
    void release() override;
    void lose() override;

private:
    apr_pool_t* pool_;
    server_rec* server_;
    NodeMemory::Source& source_;
    ap_dbd_t* borrowed_ = nullptr;
};

}  // namespace uzmfa
