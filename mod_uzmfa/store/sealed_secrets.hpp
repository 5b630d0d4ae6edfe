// SPDX-License-Identifier: Apache-2.0
// All secrets that are sealed in the database, whoever's they are: for a rollover of the keys.
#pragma once

#include "crypto/sealer.hpp"
#include "store/database.hpp"

#include <functional>
#include <optional>
#include <string>

namespace uzmfa {

// A factor of the local validator, or an enrollment that waits for its first code. The row of a factor that Twilio keeps
// has no sealed secret and is not here, nor is an enrollment that is too old to count.
struct SealedSecret {
    enum class Kind : std::uint8_t { factor, pending } kind;
    std::string row;  // its key in its table
    std::string sid;
    std::string uuid;
    std::string username;
    std::string sealed;  // base64

    // The secret, and which key of the ring sealed it; nothing where none of them did. `sealer` is of use::totp_secret.
    std::optional<Sealer::Opened> open(const Sealer& sealer) const;
};

class SealedSecrets {
public:
    explicit SealedSecrets(Database& database) : database_{database} {}

    // How many there are just now, but for the few that wait for their first code.
    Result<std::int64_t> count();

    // Calls for each, and stops at an error. They are read a page at a time: what changes meanwhile may be seen or not.
    Result<Done> for_each(const std::function<Result<Done>(const SealedSecret&)>& visit);

    // Seals it anew under the ring's first key. False where it is no longer what it was, and then nothing is changed.
    Result<bool> reseal(const SealedSecret& secret, const Sealer& sealer, const SecretBytes& plain);

private:
    Database& database_;
};

}  // namespace uzmfa
