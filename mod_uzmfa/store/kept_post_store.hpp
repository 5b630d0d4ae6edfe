// SPDX-License-Identifier: Apache-2.0
// Kept forms, sealed for their user.
#pragma once

#include "core/kept_posts.hpp"
#include "crypto/sealer.hpp"
#include "store/database.hpp"

namespace uzmfa {

class KeptPostStore final : public KeptPosts {
public:
    static constexpr int most_of_user = 8;                                // in different browsers
    static constexpr std::int64_t most_bytes = std::int64_t{64} << 20;  // of all together, as they are sealed
    static constexpr std::int64_t most_bytes_of_user = most_bytes / 4;

    // `address_key` makes digests of addresses.
    KeptPostStore(Database& database, const Sealer& sealer, const SecretBytes& address_key)
        : database_{database}, sealer_{sealer}, address_key_{address_key} {}

    Result<KeptId> keep(const Uuid& user, KeptId former, const Post& post) override;
    Result<std::optional<KeptPost>> find(const Uuid& user, KeptId id) override;
    Result<std::optional<KeptPost>> take(const Uuid& user, KeptId id) override;
    Result<Done> drop(const Uuid& user, KeptId id) override;

private:
    Database& database_;
    const Sealer& sealer_;
    const SecretBytes& address_key_;
};

}  // namespace uzmfa
