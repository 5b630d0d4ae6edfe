// SPDX-License-Identifier: Apache-2.0
// What the columns of a row hold, whoever wrote it: a number, a truth, a uuid, a sealed secret.
#include "core/uuid.hpp"
#include "crypto/encoding.hpp"
#include "crypto/keys.hpp"
#include "store/sealed_secrets.hpp"
#include "fuzz.hpp"

#include <algorithm>
#include <string>

using namespace uzmfa;
using fuzz::require;

namespace {

void check_row(const std::string& text) {
    Row row;
    row.add(text.c_str());
    row.add(nullptr);
    require(row.text(0) == text.c_str() && !row.is_null(0));
    require(row.truth(0) == (text == "t" || text == "1" || text == "true") || text.find('\0') != text.npos);
    const auto number = std::to_string(row.number(0));
    require(number == "0" ||
            row.text(0).substr(row.text(0).find_first_not_of("-0")).starts_with(number.substr(number[0] == '-')));
    for (const std::size_t nothing : {1u, 2u}) {
        require(row.is_null(nothing) && row.text(nothing).empty() && row.number(nothing) == 0 && !row.truth(nothing));
    }
}

void check_uuid(std::string text) {
    const auto uuid = uuid_of(text);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    require(!uuid || text_of(*uuid) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Sealer sealer{{SecretBytes(key_bytes, 7), SecretBytes(key_bytes, 8)}, use::totp_secret};
    const std::string text{fuzz::text_of(data, size)};
    check_row(text);
    check_uuid(text);

    SealedSecret secret{SealedSecret::Kind::factor, "row", "LF00000000000000000000000000000001",
                        "11111111-1111-4111-8111-111111111111", "alice", text};
    require(!secret.open(sealer));  // nobody guesses a seal
    // Not even with one at hand, which is of another row.
    secret.sealed = base64(sealer.seal({data, size}, text));
    require(!secret.open(sealer));
    return 0;
}
