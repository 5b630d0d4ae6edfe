// SPDX-License-Identifier: Apache-2.0
// The digests of recovery codes.
#pragma once

#include "core/recovery.hpp"
#include "store/database.hpp"

namespace uzmfa {

class RecoveryCodeStore final : public RecoveryCodes {
public:
    explicit RecoveryCodeStore(Database& database) : database_{database} {}

    Result<Done> replace(std::string_view uuid, const std::vector<std::string>& codes) override;
    Result<std::optional<std::size_t>> spend(std::string_view uuid, std::string_view code) override;
    Result<std::size_t> left(std::string_view uuid) override;

private:
    Database& database_;
};

}  // namespace uzmfa
