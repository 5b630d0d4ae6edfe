// SPDX-License-Identifier: Apache-2.0
#include "core/pages/event_rows.hpp"

#include "core/pages/origin_row.hpp"
#include "core/percent.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <limits>

namespace uzmfa {
namespace {

constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();

Page::Values row_of(const StoredEvent& stored) {
    const auto& event = stored.event;
    auto row = origin_row(stored.at, event.address, event.browser);
    row.emplace_back("logged", event.name);
    const auto add = [&](std::string_view key, const std::string& value) {
        if (!value.empty()) row.emplace_back(key, value);
    };
    add("who", event.user);
    add("query", event.uuid.empty() ? "" : percent_encode(event.user));
    add("by", event.made_by);
    add("detail", event.detail);
    return row;
}

}  // namespace

std::optional<EventKey> event_key_in(const Call& call) {
    const auto text = call.request.query["before"];
    if (text.empty() || call.request.verb == Verb::post) return EventKey{from_unix_time(last), last};
    const auto dash = std::min(text.find('-'), text.size());
    const auto at = number_in<std::int64_t>(text.substr(0, dash));
    const auto id = number_in<std::int64_t>(text.substr(std::min(dash + 1, text.size())));
    return at && id ? std::optional{EventKey{from_unix_time(*at), *id}} : std::nullopt;
}

void add_events(Page& page, const EventPage& events, const Call& call) {
    std::vector<Page::Values> rows;
    for (const auto& stored : events.events) rows.push_back(row_of(stored));
    page.with(rows.empty() ? "has_no_events" : "has_events", "1").with("is_later_page", call.request.query.has("before") ? "1" : "");
    if (events.next) page.with("events_before", std::to_string(unix_time(events.next->at)) + "-" + std::to_string(events.next->id));
    page.lists.emplace_back("events", std::move(rows));
}

}  // namespace uzmfa
