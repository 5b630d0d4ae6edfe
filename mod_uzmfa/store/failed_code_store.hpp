// SPDX-License-Identifier: Apache-2.0
// Codes that were not right, as the table of events has them.
#pragma once

#include "core/browsers.hpp"
#include "store/database.hpp"

namespace uzmfa {

class FailedCodeStore final : public FailedCodes {
public:
    explicit FailedCodeStore(Database& database) : database_{database} {}

    Result<std::vector<FailedCode>> latest(std::string_view uuid) override;
    Result<std::vector<FailedCode>> unseen(std::string_view uuid, const SessionId& session) override;

private:
    Database& database_;
};

}  // namespace uzmfa
