// SPDX-License-Identifier: Apache-2.0
// What the table of events keeps, and how much of it happened when.
#pragma once

#include "core/moment.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace uzmfa {

struct Event {
    std::string name{};     // of a reason, or of what an administrator did
    std::string user{};     // as it was typed where it is nobody's name
    std::string uuid{};     // empty: the row's, where there is a row of that name
    std::string address{};
    std::string browser{};  // its User-Agent
    std::string session{};  // a digest of its id
    std::string method{};
    std::string made_by{};  // the administrator, empty where it is the user
    std::string detail{};
};

struct StoredEvent {
    std::int64_t id = 0;  // grows
    Moment at{};
    std::string node{};
    Event event{};
};

// Where a page of events begins: behind this one, as they are from the newest to the oldest.
struct EventKey {
    Moment at{};
    std::int64_t id = 0;
};

struct EventPage {
    static constexpr std::size_t most = 25;
    std::vector<StoredEvent> events;  // the newest first
    std::optional<EventKey> next{};   // of the next page; nothing where this is the last
};

// What is counted by the hour.
enum class Tally : std::uint8_t { sign_in, verification, failure };
inline constexpr Tally tallies[] = {Tally::sign_in, Tally::verification, Tally::failure};
std::string_view name_of(Tally tally);
// Nothing for all that is not counted.
std::optional<Tally> tally_of(std::string_view event);

// How many in an hour.
struct TallyCount {
    std::int64_t hour = 0;  // since the epoch
    Tally tally = Tally::sign_in;
    std::int64_t number = 0;
};
inline constexpr std::int64_t hours_tallied = 30 * 24;

}  // namespace uzmfa
