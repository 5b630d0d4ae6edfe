// SPDX-License-Identifier: Apache-2.0
#include "ctl/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace uzmfa {
namespace {

constexpr std::int64_t bar_width = 30;
constexpr std::chrono::milliseconds pause{100};

bool is_terminal(std::FILE* stream) { return isatty(fileno(stream)) == 1; }

bool is_set(const char* name) {
    const char* const value = std::getenv(name);
    return value && *value != '\0';
}

}  // namespace

bool shows_colours(std::FILE* stream) {
    if (!is_terminal(stream) || is_set("NO_COLOR")) return false;
    return is_set("TERM") && std::string_view{std::getenv("TERM")} != "dumb";
}

std::string coloured(std::string_view text, Colour colour) {
    const auto* const code = colour == Colour::green ? "\033[32m" : colour == Colour::yellow ? "\033[33m" : "\033[31m";
    return code + std::string{text} + "\033[0m";
}

std::string bar(std::string_view what, std::int64_t done, std::int64_t total) {
    const auto most = std::max<std::int64_t>({total, done, 1});
    const auto filled = static_cast<std::size_t>(done * bar_width / most);
    const auto percent = std::to_string(done * 100 / most);
    return "[" + std::string(filled, '#') + std::string(bar_width - filled, ' ') + "] " + std::string(3 - percent.size(), ' ') +
           percent + " %  " + std::to_string(done) + " of " + std::to_string(most) + " " + std::string{what};
}

Progress::Progress(std::string_view what, std::int64_t total, bool is_wanted)
    : what_{what}, total_{total}, is_shown_{is_wanted && is_terminal(stderr)} {}

Progress::~Progress() {
    if (has_line_) std::fputs("\r\033[K", stderr);
}

void Progress::show(std::int64_t done) {
    if (!is_shown_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now + pause;
    has_line_ = true;
    std::fprintf(stderr, "\r%s\033[K", bar(what_, done, total_).c_str());
    std::fflush(stderr);
}

}  // namespace uzmfa
