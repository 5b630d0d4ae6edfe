// SPDX-License-Identifier: Apache-2.0
#include "ctl/report.hpp"

#include "ctl/commands.hpp"
#include "ctl/output.hpp"
#include "ctl/terminal.hpp"

#include <algorithm>
#include <cstdio>

namespace uzmfa {
namespace {

struct Shown {
    std::string_view name;
    Colour colour;
};

Shown shown(Level level) {
    switch (level) {
        case Level::ok: return {"ok", Colour::green};
        case Level::warning: return {"warning", Colour::yellow};
        case Level::error: return {"error", Colour::red};
    }
    return {};
}

std::string counted(std::int64_t count, const char* what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

void Report::ok(std::string subject, std::string text) {
    findings_.push_back({Level::ok, std::move(subject), std::move(text)});
}

void Report::warn(std::string subject, std::string text) {
    findings_.push_back({Level::warning, std::move(subject), std::move(text)});
}

void Report::error(std::string subject, std::string text) {
    findings_.push_back({Level::error, std::move(subject), std::move(text)});
}

void Report::unreachable(std::string subject, std::string text) {
    is_unreachable_ = true;
    error(std::move(subject), std::move(text));
}

std::int64_t Report::count(Level level) const {
    return std::count_if(findings_.begin(), findings_.end(), [level](const auto& one) { return one.level == level; });
}

int Report::status() const {
    if (is_unreachable_) return exit_unreachable;
    return count(Level::error) > 0 ? exit_refused : exit_done;
}

int Report::print(bool as_json) const {
    as_json ? print_json() : print_lines();
    return status();
}

void Report::print_lines() const {
    const bool has_colours = shows_colours(stdout);
    for (const auto& [level, subject, text] : findings_) {
        const auto [name, colour] = shown(level);
        const auto word = has_colours ? coloured(name, colour) : std::string{name};
        std::printf("%s%*s%-16s%s\n", word.c_str(), static_cast<int>(9 - name.size()), "", subject.c_str(), text.c_str());
    }
    const auto errors = count(Level::error);
    const auto warnings = count(Level::warning);
    if (errors + warnings > 0) std::printf("%s, %s.\n", counted(errors, "error").c_str(), counted(warnings, "warning").c_str());
    else std::puts("All is well.");
}

void Report::print_json() const {
    std::vector<Json> items;
    for (const auto& [level, subject, text] : findings_) {
        items.push_back(JsonObject{}.add("level", shown(level).name).add("subject", subject).add("text", text).take());
    }
    uzmfa::print(JsonObject{}.add("status", std::int64_t{status()}).add("findings", json_array_of(std::move(items))).take());
}

}  // namespace uzmfa
