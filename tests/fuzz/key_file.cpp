// SPDX-License-Identifier: Apache-2.0
// The text of a key file.
#include "crypto/encoding.hpp"
#include "crypto/keys.hpp"
#include "fuzz.hpp"

using namespace uzmfa;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto keys = parse_keys(fuzz::text_of(data, size));
    if (!keys) {
        require(keys.error().kind == ErrorKind::misconfigured && !keys.error().detail.empty());
        return 0;
    }
    require(!keys->empty() && keys->size() <= most_keys);
    std::string again = "# again\r\n\n";
    for (const auto& key : *keys) {
        require(key.size() == key_bytes);
        again += " " + base64(key) + "\t\r\n";
    }
    const auto parsed_again = parse_keys(again);
    require(parsed_again && *parsed_again == *keys);
    return 0;
}
