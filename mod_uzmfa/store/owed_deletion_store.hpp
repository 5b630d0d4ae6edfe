// SPDX-License-Identifier: Apache-2.0
// What is still to be deleted at the provider.
#pragma once

#include "factors/twilio/records.hpp"
#include "store/database.hpp"

namespace uzmfa {

class OwedDeletionStore final : public twilio::OwedDeletions {
public:
    explicit OwedDeletionStore(Database& database) : database_{database} {}

    Result<Done> owe(std::string_view uuid, std::string_view sid) override;
    Result<std::vector<twilio::OwedDeletion>> due() override;
    Result<std::vector<twilio::OwedDeletion>> of(std::string_view uuid) override;
    Result<std::vector<twilio::OwedDeletion>> all();
    Result<bool> claim(const twilio::OwedDeletion& deletion) override;
    Result<Done> release(const twilio::OwedDeletion& deletion) override;
    Result<Done> settle(const twilio::OwedDeletion& deletion) override;

private:
    Result<Done> change(Statement statement, std::string_view uuid, std::string_view sid);
    Result<std::vector<twilio::OwedDeletion>> read(Statement statement, std::initializer_list<Parameter> parameters = {});

    Database& database_;
};

}  // namespace uzmfa
