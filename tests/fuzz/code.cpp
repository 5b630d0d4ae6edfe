// SPDX-License-Identifier: Apache-2.0
// A one-time code as it is typed.
#include "core/code.hpp"
#include "fuzz.hpp"

#include <algorithm>

using namespace uzmfa;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto typed = fuzz::text_of(data, size);
    int found = 0;
    for (const std::size_t digits : {6u, 7u, 8u}) {
        const auto code = normalized_code(typed, digits);
        if (!code) continue;
        ++found;
        require(code->size() == digits && digits <= typed.size());
        require(std::all_of(code->begin(), code->end(), [](char c) { return c >= '0' && c <= '9'; }));
        require(normalized_code(*code, digits) == code);
        require(normalized_code(" " + *code + "-", digits) == code);
    }
    require(found <= 1);
    return 0;
}
