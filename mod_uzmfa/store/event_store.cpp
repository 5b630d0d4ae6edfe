// SPDX-License-Identifier: Apache-2.0
#include "store/event_store.hpp"

#include "store/account_store.hpp"
#include "store/node_name.hpp"

namespace uzmfa {
namespace {

constexpr std::int64_t seconds_of_hour = 3600;

StoredEvent event_of(const Row& row) {
    const auto text = [&](std::size_t column) { return std::string{row.text(column)}; };
    return {.id = row.number(0),
            .at = from_unix_time(row.number(1)),
            .node = text(9),
            .event = {.name = text(2),
                      .user = text(3),
                      .uuid = text(4),
                      .address = text(5),
                      .browser = text(6),
                      .session = text(7),
                      .method = text(8),
                      .made_by = text(10),
                      .detail = text(11)}};
}

Result<std::vector<StoredEvent>> events_in(const Result<std::vector<Row>>& rows) {
    if (!rows) return rows.error();
    std::vector<StoredEvent> events;
    for (const auto& row : *rows) events.push_back(event_of(row));
    return events;
}

}  // namespace

Result<Done> EventStore::add(const Event& event) {
    const std::string_view known = is_user_name(event.user) ? event.user : std::string_view{};
    const Event kept = fit_to_keep(event);
    auto added = database_.change(Statement::add_event,
                                  {kept.name, kept.user, kept.uuid, known, kept.address, kept.browser, kept.session,
                                   kept.method, node_name(), kept.made_by, kept.detail, kept.name});
    if (!added) return added.error();
    const auto tally = tally_of(event.name);
    if (!tally) return Done{};
    return as_done(database_.change(Statement::count_event, {name_of(*tally), node_name()}));
}

Result<Done> EventStore::add_action(std::string_view name, const Account& account, const Administrator& by,
                                    std::string_view detail) {
    return add({.name = std::string{name},
                .user = std::string{account.name.view()},
                .uuid = account.uuid,
                .address = by.address,
                .browser = by.browser,
                .made_by = by.name,
                .detail = std::string{detail}});
}

Result<std::vector<StoredEvent>> EventStore::due_notifications() {
    return events_in(database_.rows(Statement::find_due_notifications));
}

Result<bool> EventStore::claim_notification(const StoredEvent& event) {
    auto changed = database_.change(Statement::claim_notification, {event.id});
    if (!changed) return changed.error();
    return *changed == 1;
}

Result<Done> EventStore::settle_notification(const StoredEvent& event) {
    return as_done(database_.change(Statement::settle_notification, {event.id}));
}

Result<std::vector<StoredEvent>> EventStore::page(Statement statement, const EventFilter& filter, std::int64_t from,
                                                  std::int64_t limit) {
    const auto user = fit_to_keep({.user = filter.user}).user;
    return events_in(database_.rows(statement, {filter.uuid + user, filter.uuid, user, unix_time(filter.since), from, limit}));
}

Result<std::vector<StoredEvent>> EventStore::page_before(const EventFilter& filter, std::int64_t before, std::int64_t limit) {
    return page(Statement::find_events_before, filter, before, limit);
}

Result<std::vector<StoredEvent>> EventStore::page_after(const EventFilter& filter, std::int64_t after, std::int64_t limit) {
    return page(Statement::find_events_after, filter, after, limit);
}

Result<EventPage> EventStore::latest(std::string_view uuid, const EventKey& before) {
    const auto at = unix_time(before.at);
    const std::int64_t limit = EventPage::most + 1;
    auto rows = uuid.empty() ? database_.rows(Statement::find_latest_events, {at, at, before.id, limit})
                             : database_.rows(Statement::find_latest_events_of, {uuid, at, at, before.id, limit});
    if (!rows) return rows.error();
    EventPage page;
    for (const auto& row : *rows) {
        if (page.events.size() < EventPage::most) page.events.push_back(event_of(row));
    }
    if (rows->size() > EventPage::most) page.next = EventKey{page.events.back().at, page.events.back().id};
    return page;
}

Result<std::vector<TallyCount>> EventStore::tallied(Moment since) {
    auto rows = database_.rows(Statement::find_event_counts, {unix_time(since) / seconds_of_hour});
    if (!rows) return rows.error();
    std::vector<TallyCount> counts;
    for (const auto& row : *rows) {
        for (const auto tally : tallies) {
            if (name_of(tally) == row.text(1)) counts.push_back({row.number(0), tally, row.number(2)});
        }
    }
    return counts;
}

Result<Done> EventStore::purge(seconds retention) {
    auto purged = database_.change(Statement::purge_events, {std::int64_t{retention.count()}});
    if (purged) purged = database_.change(Statement::purge_event_counts, {hours_tallied + 24});
    return as_done(purged);
}

}  // namespace uzmfa
