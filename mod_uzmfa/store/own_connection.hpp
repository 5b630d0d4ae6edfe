// SPDX-License-Identifier: Apache-2.0
// A connection opened for one piece of work, without httpd.
#pragma once

#include "store/database.hpp"

namespace uzmfa {

class OwnConnection final : public ConnectionSource {
public:
    // `driver` and `params` as DBDDriver and DBDParams have them. Calls apr_dbd_init.
    OwnConnection(apr_pool_t* pool, std::string_view driver, std::string_view params);
    ~OwnConnection() override;
    OwnConnection(const OwnConnection&) = delete;
    OwnConnection& operator=(const OwnConnection&) = delete;

    Result<Connection> acquire() override;
    void release() override;

private:
    apr_pool_t* pool_;
    std::string driver_;
    std::string params_;
    std::optional<Connection> open_;
};

}  // namespace uzmfa
