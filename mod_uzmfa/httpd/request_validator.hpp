// SPDX-License-Identifier: Apache-2.0
// Who makes the secrets and checks the codes of one request: as UzmfaValidator says.
#pragma once

#include "core/ports.hpp"
#include "factors/factors.hpp"
#include "httpd/service.hpp"
#include "store/database.hpp"

#include <memory>

namespace uzmfa {

std::unique_ptr<CodeValidator> make_validator(const Service& service, Database& database, Factors& factors);

}  // namespace uzmfa
