// SPDX-License-Identifier: Apache-2.0
// What only somebody at a terminal gets to see: colours, and how far a long work is.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace uzmfa {

enum class Colour : std::uint8_t { green, yellow, red };

// Whether colours may go there: a terminal that has any, and nobody who has set NO_COLOR (no-color.org).
bool shows_colours(std::FILE* stream);
std::string coloured(std::string_view text, Colour colour);

// One line of the bar, such as "[#####     ]  25 %  250 of 1000 secrets".
std::string bar(std::string_view what, std::int64_t done, std::int64_t total);

// On the standard error, ten times a second at most; nothing where that is no terminal, or the output is JSON. `total` may
// turn out to be too small: it is what was counted before.
class Progress {
public:
    Progress(std::string_view what, std::int64_t total, bool is_wanted);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void show(std::int64_t done);

private:
    std::string what_;
    std::int64_t total_;
    bool is_shown_;
    bool has_line_ = false;
    std::chrono::steady_clock::time_point next_{};
};

}  // namespace uzmfa
