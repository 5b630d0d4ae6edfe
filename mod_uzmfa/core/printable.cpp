// SPDX-License-Identifier: Apache-2.0
#include "core/printable.hpp"

#include "core/text.hpp"

namespace uzmfa {
namespace {

// How many bytes there are one character that controls: a C1 code, or what begins a line or turns its direction.
std::size_t size_of_control(std::string_view text) {
    const auto two = text.substr(0, 2);
    const auto three = text.substr(0, 3);
    if (two >= "\xc2\x80" && two <= "\xc2\x9f") return 2;
    if (three >= "\xe2\x80\xa8" && three <= "\xe2\x80\xae") return 3;  // U+2028 to U+202E
    if (three >= "\xe2\x81\xa6" && three <= "\xe2\x81\xa9") return 3;  // U+2066 to U+2069
    return 0;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out{text};
    const bool is_text = is_utf8(text);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto byte = static_cast<unsigned char>(out[i]);
        const auto size = is_text ? size_of_control(std::string_view{out}.substr(i)) : 0;
        if (size > 0) out.replace(i, size, "?");
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
