// SPDX-License-Identifier: Apache-2.0
#include "core/printable.hpp"

#include "core/form.hpp"

namespace uzmfa {

std::string printable(std::string_view text) {
    std::string out{text};
    const bool is_text = is_utf8(text);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto byte = static_cast<unsigned char>(out[i]);
        const bool is_c1 = byte == 0xc2 && i + 1 < out.size() && static_cast<unsigned char>(out[i + 1]) < 0xa0;
        if (is_c1 && is_text) out.replace(i, 2, "?");
        else if (byte < ' ' || byte == 0x7f || (byte >= 0x80 && !is_text)) out[i] = '?';
    }
    return out;
}

std::string_view beginning_of(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    const auto is_inside = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80; };
    while (most > 0 && is_inside(most)) --most;
    return text.substr(0, most);
}

}  // namespace uzmfa
