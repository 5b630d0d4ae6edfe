// SPDX-License-Identifier: Apache-2.0
// The table of events, by the database's clock.
#pragma once

#include "core/administration.hpp"
#include "core/event.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <limits>
#include <vector>

namespace uzmfa {

// Of whom: all that has the uuid or the name. Where both are empty, of everybody.
struct EventFilter {
    std::string uuid{};
    std::string user{};
    Moment since{};
};

class EventStore {
public:
    explicit EventStore(Database& database) : database_{database} {}

    // And counts it, where it is one that is counted. Texts are cut to their columns. An event without a uuid gets that of the
    // row of its user's name, if there is one.
    Result<Done> add(const Event& event);
    // What an administrator did with a user, or with the account of no name: with all.
    Result<Done> add_action(std::string_view name, const Account& account, const Administrator& by,
                            std::string_view detail = {});

    // A page at a time: the newest first, from behind the event `before` …
    static constexpr std::int64_t newest = std::numeric_limits<std::int64_t>::max();
    Result<std::vector<StoredEvent>> page_before(const EventFilter& filter, std::int64_t before, std::int64_t limit);
    // … or the oldest first, from behind the event `after`.
    static constexpr std::int64_t oldest = 0;
    Result<std::vector<StoredEvent>> page_after(const EventFilter& filter, std::int64_t after, std::int64_t limit);

    // A page as administrators see it, the newest first: of a uuid, or where it is empty of everybody.
    Result<EventPage> latest(std::string_view uuid, const EventKey& before);

    // How many of what is counted, by hours.
    Result<std::vector<TallyCount>> tallied(Moment since);
    // Of what UzmfaNotify is to tell, the oldest few; of nothing that is older than a day.
    Result<std::vector<StoredEvent>> due_notifications();
    // True for one caller, who tells it now; where it is not settled it is due again, a minute later and as much as it is old.
    Result<bool> claim_notification(const StoredEvent& event);
    Result<Done> settle_notification(const StoredEvent& event);

    // Forgets what is older.
    Result<Done> purge(seconds retention);

private:
    Result<std::vector<StoredEvent>> page(Statement statement, const EventFilter& filter, std::int64_t from, std::int64_t limit);

    Database& database_;
};

}  // namespace uzmfa
