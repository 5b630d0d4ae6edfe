// SPDX-License-Identifier: Apache-2.0
// What happened on the whole site: a plot, its numbers, and the events a page at a time.
#include "core/activity.hpp"
#include "core/pages/administrator.hpp"
#include "core/pages/event_rows.hpp"
#include "core/pages/own_pages.hpp"

namespace uzmfa {
namespace {

Page::Values row_of(const ActivityBar& bar, Span span) {
    Page::Values row{{"time", said_of(bar.begins, span)}};
    for (const auto tally : tallies) {
        row.emplace_back(name_of(tally), std::to_string(bar.numbers[static_cast<std::size_t>(tally)]));
    }
    return row;
}

std::vector<Page::Values> rows_of(const std::vector<TallyCount>& counts, Span span, Moment now) {
    std::vector<Page::Values> rows;
    for (const auto& bar : activity(counts, span, now)) rows.push_back(row_of(bar, span));
    return rows;
}

Moment since(const Call& call) { return call.now() - std::chrono::hours{hours_tallied}; }

}  // namespace

Outcome show_admin_events(Call& call) {
    call.next = page_url(call.site.own_path, "admin/events", "");
    return as_administrator(call, [&](const Administrator&) {
        const auto before = event_key_in(call);
        if (!before) return refusal(400, Reason::bad_request);
        auto& administration = call.services.administration;
        auto events = administration.events({}, *before);
        if (!events) return failure(events.error());
        auto counts = administration.tallied(since(call));
        if (!counts) return failure(counts.error());
        Page page = page_of("admin_events", call);
        add_events(page, *events, call);
        page.lists.emplace_back("day", rows_of(*counts, Span::day, call.now()));
        page.lists.emplace_back("month", rows_of(*counts, Span::month, call.now()));
        return shown(std::move(page));
    });
}

Outcome show_admin_plot(Call& call) {
    return as_administrator(call, [&](const Administrator&) {
        const auto days = call.request.query["days"];
        if (days != "1" && days != "30") return refusal(400, Reason::bad_request);
        auto counts = call.services.administration.tallied(since(call));
        if (!counts) return failure(counts.error());
        Page page{"plot", {}, {}};
        page.lists.emplace_back("bars", rows_of(*counts, days == "1" ? Span::day : Span::month, call.now()));
        return shown(std::move(page));
    });
}

}  // namespace uzmfa
