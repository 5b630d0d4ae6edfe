// SPDX-License-Identifier: Apache-2.0
// What `check` has found.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace uzmfa {

enum class Level : std::uint8_t { ok, warning, error };

struct Finding {
    Level level;
    std::string subject;
    std::string text;
};

class Report {
public:
    void ok(std::string subject, std::string text);
    void warn(std::string subject, std::string text);
    void error(std::string subject, std::string text);
    void unreachable(std::string subject, std::string text);

    // A line a finding, and how many are not ok; returns the exit status.
    int print(bool as_json) const;

private:
    int status() const;
    std::int64_t count(Level level) const;
    void print_lines() const;
    void print_json() const;

    std::vector<Finding> findings_;
    bool is_unreachable_ = false;
};

}  // namespace uzmfa
