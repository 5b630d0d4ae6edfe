// SPDX-License-Identifier: Apache-2.0
// Sessions that were ended before their time, as the database knows them.
#pragma once

#include "core/session.hpp"
#include "store/database.hpp"

#include <functional>

namespace uzmfa {

class RevocationStore {
public:
    explicit RevocationStore(Database& database) : database_{database} {}

    // True where it was not there yet.
    Result<bool> add(const SessionId& session, Moment until);
    Result<bool> contains(const SessionId& session);
    Result<Done> purge();

    // Calls `take` for each that has not ended by itself.
    Result<Done> for_each(const std::function<void(const SessionId&, Moment)>& take);

private:
    Database& database_;
};

}  // namespace uzmfa
