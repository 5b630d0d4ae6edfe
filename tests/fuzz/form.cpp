// SPDX-License-Identifier: Apache-2.0
// The body or the query of a request.
#include "core/form.hpp"
#include "core/percent.hpp"
#include "core/text.hpp"
#include "fuzz.hpp"

using namespace uzmfa;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto form = Form::parse(text);
    if (!form) return 0;

    // Names are found again as they were decoded; what they hold is UTF-8 without NUL.
    std::string again;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('&', begin), text.size());
        const auto pair = text.substr(begin, end - begin);
        begin = end + 1;
        if (pair.empty()) continue;
        const auto name = percent_decode(pair.substr(0, pair.find('=')), Plus::space);
        require(name && form->has(*name));
        const auto value = (*form)[*name];
        for (const std::string_view part : {std::string_view{*name}, value}) {
            require(part.size() <= text.size() && is_utf8(part) && part.find('\0') == part.npos);
        }
        again += "&" + percent_encode(*name) + "=" + percent_encode(value);
    }
    require(again.empty() == !form->overlaps(*form));

    // Written anew, it is the same form.
    const auto parsed_again = Form::parse(again);
    require(parsed_again.has_value());
    for (std::size_t begin = 0; begin < again.size();) {
        const auto end = std::min(again.find('&', begin), again.size());
        const auto pair = std::string_view{again}.substr(begin, end - begin);
        begin = end + 1;
        if (pair.empty()) continue;
        const auto name = *percent_decode(pair.substr(0, pair.find('=')), Plus::space);
        require((*form)[name] == (*parsed_again)[name]);
    }
    return 0;
}
