// SPDX-License-Identifier: Apache-2.0
// Remembered browsers, by a digest of their token.
#pragma once

#include "core/browsers.hpp"
#include "store/database.hpp"

namespace uzmfa {

class BrowserStore final : public Browsers {
public:
    explicit BrowserStore(Database& database) : database_{database} {}

    Result<std::string> remember(std::string_view uuid, seconds lifetime, const Origin& origin, std::string_view former) override;
    Result<std::optional<Moment>> remembered(std::string_view uuid, std::string_view token, seconds lifetime) override;
    Result<bool> forget(std::string_view uuid, std::string_view id) override;
    Result<Done> forget_all(std::string_view uuid) override;
    Result<Done> forget_everybodys();

    Result<std::vector<RememberedBrowser>> of(std::string_view uuid);

private:
    Database& database_;
};

}  // namespace uzmfa
