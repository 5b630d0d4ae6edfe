// SPDX-License-Identifier: Apache-2.0
// How often the provider was asked.
#pragma once

#include "factors/twilio/records.hpp"
#include "store/database.hpp"

namespace uzmfa {

class QuotaStore final : public twilio::Quotas {
public:
    explicit QuotaStore(Database& database) : database_{database} {}

    Result<std::optional<seconds>> take(std::string_view name, std::string_view uuid,
                                        std::span<const twilio::Limit> limits) override;
    Result<Done> give_back(std::string_view name) override;

private:
    Result<std::optional<seconds>> wait_for_room(std::string_view name, std::span<const twilio::Limit> limits);

    Database& database_;
};

}  // namespace uzmfa
