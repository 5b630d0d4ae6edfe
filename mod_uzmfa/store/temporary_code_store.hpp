// SPDX-License-Identifier: Apache-2.0
// The digest of the help desk's temporary code.
#pragma once

#include "core/administration.hpp"
#include "store/database.hpp"

namespace uzmfa {

class TemporaryCodeStore final : public TemporaryCodes {
public:
    explicit TemporaryCodeStore(Database& database) : database_{database} {}

    Result<Done> put(std::string_view uuid, std::string_view code, seconds lifetime, std::string_view made_by) override;
    Result<bool> spend(std::string_view uuid, std::string_view code) override;

    // Nothing where there is none, or its life is over.
    Result<std::optional<TemporaryCode>> find(std::string_view uuid);

private:
    Database& database_;
};

}  // namespace uzmfa
