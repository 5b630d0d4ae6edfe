// SPDX-License-Identifier: Apache-2.0
// An Accept-Language header.
#include "view/preferred_language.hpp"
#include "fuzz.hpp"

#include <string>

using namespace uzmfa;
using fuzz::require;

namespace {

constexpr std::string_view offered[] = {"en", "de", "pt-BR"};

std::size_t preferred(std::string_view header) { return preferred_language(header, offered); }

std::string lower(std::string_view text) {
    std::string out{text};
    for (auto& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto header = fuzz::text_of(data, size);
    const auto found = preferred(header);
    require(found < std::size(offered));
    // It is there, in any case of letters.
    const auto said = lower(header);
    require(found == 0 || said.find(lower(offered[found])) != said.npos);
    require(preferred(said) == found);
    // Nothing wins over a first wish; what nobody offers and what is not acceptable changes nothing.
    require(preferred("pt-BR," + said) == 2);
    require(size > 1000 || preferred("it,de;q=0," + said) == found);
    return 0;
}
