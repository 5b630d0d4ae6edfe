// SPDX-License-Identifier: Apache-2.0
#include "core/browser_name.hpp"

#include <span>

namespace uzmfa {
namespace {

struct Sign {
    std::string_view token;
    std::string_view name;
};

// Each claims to be those below it too.
constexpr Sign browsers[] = {
    {"Edg", "Edge"},      {"OPR/", "Opera"},    {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"},
    {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"},                   {"Safari/", "Safari"},
};
constexpr Sign systems[] = {
    {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"},   {"CrOS", "ChromeOS"},
    {"Windows", "Windows"}, {"Mac OS X", "Mac"},  {"Linux", "Linux"},
};

std::string_view name_in(std::string_view user_agent, std::span<const Sign> signs) {
    for (const auto& [token, name] : signs) {
        if (user_agent.find(token) != user_agent.npos) return name;
    }
    return {};
}

}  // namespace

BrowserName browser_name(std::string_view user_agent) {
    const BrowserName name{name_in(user_agent, browsers), name_in(user_agent, systems)};
    return name.browser.empty() || name.system.empty() ? BrowserName{} : name;
}

}  // namespace uzmfa
