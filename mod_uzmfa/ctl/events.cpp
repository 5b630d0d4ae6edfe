// SPDX-License-Identifier: Apache-2.0
#include "ctl/since.hpp"
#include "ctl/users.hpp"
#include "store/account_store.hpp"
#include "store/event_store.hpp"

#include <cstdio>

namespace uzmfa {
namespace {

constexpr std::int64_t page_size = 500;

Json json_of(const StoredEvent& stored) {
    const auto& event = stored.event;
    return JsonObject{}
        .add("at", iso_8601(stored.at))
        .add("event", event.name)
        .add("user", event.user)
        .add("uuid", event.uuid)
        .add("address", event.address)
        .add("browser", event.browser)
        .add("session", event.session)
        .add("method", event.method)
        .add("node", stored.node)
        .add("made_by", event.made_by)
        .add("detail", event.detail)
        .take();
}

std::vector<std::string> row_of(const StoredEvent& stored) {
    const auto& event = stored.event;
    std::vector<std::string> row{iso_8601(stored.at)};
    for (const auto* text : {&event.name, &event.user, &event.address, &event.method, &event.session, &stored.node,
                             &event.made_by, &event.detail}) {
        row.push_back(text->empty() ? "-" : printable(*text));
    }
    return row;
}

// Prints page by page; there may be many.
class Printer {
public:
    explicit Printer(bool as_json) : as_json_{as_json} {}

    void print(const std::vector<StoredEvent>& events) {
        if (as_json_) {
            for (const auto& event : events) array_.add(json_of(event));
            return;
        }
        Rows rows;
        if (is_first_) rows.push_back({"TIME", "EVENT", "USER", "ADDRESS", "METHOD", "SESSION", "NODE", "BY", "DETAIL"});
        is_first_ = false;
        for (const auto& event : events) rows.push_back(row_of(event));
        table_.print(rows);
    }
    void end() {
        if (as_json_) array_.end();
    }

private:
    bool as_json_;
    bool is_first_ = true;
    JsonArrayPrinter array_;
    TablePrinter table_;
};

// Whom the name means: also what the user did under a former name. Nothing where nobody has it.
Result<std::optional<EventFilter>> filter_of(Database& database, const std::string& user) {
    if (user.empty()) return std::optional{EventFilter{}};
    auto account = AccountStore{database}.find(user);
    if (!account) return account.error();
    EventFilter filter{.uuid = *account ? (*account)->uuid : "", .user = user};
    if (*account) return std::optional{std::move(filter)};
    // Of a user who is gone there may be events all the same.
    auto left = EventStore{database}.page_before(filter, EventStore::newest, 1);
    if (!left) return left.error();
    return left->empty() ? std::optional<EventFilter>{} : std::optional{std::move(filter)};
}

}  // namespace

int list_events(const Common& common, const std::string& user, const std::string& since) {
    const auto [tool, status] = open_tool(common);
    if (!tool) return status;
    auto filter = filter_of(tool->database(), user);
    if (!filter) return tool->failed(filter.error());
    if (!*filter) return no_such_user(user);
    (*filter)->since = moment_of_since(since, present_moment()).value_or(Moment{});

    EventStore store{tool->database()};
    Printer printer{common.as_json};
    for (auto after = EventStore::oldest;;) {
        const auto events = store.page_after(**filter, after, page_size);
        if (!events) return tool->failed(events.error());
        printer.print(*events);
        if (events->size() < page_size) break;
        after = events->back().id;
    }
    printer.end();
    return exit_done;
}

}  // namespace uzmfa
