// SPDX-License-Identifier: Apache-2.0
// The failed sign-ins of an account from an address. The table has both as one keyed digest: it says of nobody that they
// were here.
#pragma once

#include "core/policy.hpp"
#include "core/sign_in_limit.hpp"
#include "crypto/secret_bytes.hpp"
#include "store/database.hpp"

namespace uzmfa {

class SignInFailureStore final : public SignInLimit {
public:
    // Rows are kept for `kept_for`, at least as long as any virtual host counts them.
    //
    // `key` is of the first key of the file. While a key file is changed the nodes agree on it until the last step, where
    // the new key comes first; until all have taken that step there is one more count under the new key. A rollover so
    // gives one window's tries more, which is not worth a row and a statement for each key.
    SignInFailureStore(Database& database, const SecretBytes& key, SignInRate limit, seconds kept_for)
        : database_{database}, key_{key}, limit_{limit}, kept_for_{kept_for} {}

    Result<std::optional<seconds>> charge(std::string_view name, std::string_view address) override;
    Result<Done> give_back(std::string_view name, std::string_view address) override;
    Result<Done> clear(std::string_view name, std::string_view address) override;

private:
    std::string pair_of(std::string_view name, std::string_view address) const;

    Database& database_;
    const SecretBytes& key_;
    SignInRate limit_;
    seconds kept_for_;
};

}  // namespace uzmfa
