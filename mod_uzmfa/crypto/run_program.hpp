// SPDX-License-Identifier: Apache-2.0
// A program that is run without a shell and waited for.
#pragma once

#include "crypto/secret_bytes.hpp"

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace uzmfa {

// Words end at blanks, and what stands between '' or "" belongs to one word as it is. Nothing where a quote is not closed.
std::optional<std::vector<std::string>> words_of(std::string_view command);

struct Program {
    std::vector<std::string> words;  // the first is an absolute path
    std::string_view input{};        // on its standard input
    std::size_t most = 0;            // so many bytes of its output are kept
    bool is_bounded = false;         // one that says as much is stopped; else the rest is thrown away
    bool tells_errors = false;       // what it says of errors is output too, and not a part of our own
    std::chrono::milliseconds deadline{};
    const std::atomic<bool>* stops = nullptr;  // becomes true where the program is to be stopped before
};

struct ProgramRun {
    std::string complaint;  // goes on behind the program's name; empty where it ended with status 0
    SecretBytes output;
    bool is_cut = false;
};

// The program gets PATH, no other descriptor of ours, and is killed with all it started after the deadline.
ProgramRun run_program(const Program& program);

}  // namespace uzmfa
