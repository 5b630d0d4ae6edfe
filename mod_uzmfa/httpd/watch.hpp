// SPDX-License-Identifier: Apache-2.0
// What the processes of a node do by themselves, each second, by mod_watchdog: they read which sessions other nodes
// have ended, write down which this one ended while the database was away, and try a database that does not answer.
#pragma once

#include "core/result.hpp"
#include "httpd/background.hpp"
#include "store/database.hpp"

namespace uzmfa {

// Takes what has changed in the database into the node's memory.
Result<Done> read_changes(Database& database, const Service& service);

extern const Chore session_watch;

}  // namespace uzmfa
