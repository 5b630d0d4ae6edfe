// SPDX-License-Identifier: Apache-2.0
#include "httpd/notifications.hpp"

#include "core/printable.hpp"
#include "crypto/run_program.hpp"
#include "httpd/clock.hpp"
#include "httpd/log.hpp"
#include "httpd/service.hpp"
#include "store/event_store.hpp"

#include <sys/stat.h>

#include <chrono>

namespace uzmfa {
namespace {

constexpr std::chrono::milliseconds deadline{30'000};  // of the program; a claim lasts longer
constexpr std::size_t most_output = 512;

bool has_command(const Service& service) { return !service.notify().empty(); }

// What a program says of its trouble may be anything.
std::string said_by(const ProgramRun& run) {
    const auto said = printable(text_of(run.output));
    return said.empty() ? run.complaint : run.complaint + ", and said: " + said;
}

// False where it did not work: it will not do better with the next.
bool tell(server_rec* server, const Service& service, const StoredEvent& stored) {
    const auto entry = notification_of(stored);
    const auto run = run_program({.words = service.notify(), .input = entry, .most = most_output, .tells_errors = true,
                                  .deadline = deadline, .stops = &child_ends()});
    const bool is_told = run.complaint.empty();
    const bool is_loud = !is_told && !child_ends() && service.memory().may_raise(NodeMemory::Alarm::notify, now());
    const std::string of = "event " + std::to_string(stored.id) + " " + stored.event.name;
    if (is_told) ap_log_error(APLOG_MARK, APLOG_INFO, 0, server, "UZMFA1112 UzmfaNotify told of %s", of.c_str());
    else ap_log_error(APLOG_MARK, is_loud ? APLOG_ERR : APLOG_INFO, 0, server, "UZMFA1113 UzmfaNotify did not tell of %s: %s%s",
                      of.c_str(), service.notify().front().c_str(), said_by(run).c_str());
    return is_told;
}

void tell_of_all(apr_pool_t* pool, server_rec* server, const Service& service) {
    BackgroundConnections connections{pool, server, service.source()};
    Database database{connections, service.statements()};
    EventStore store{database};
    const auto due = store.due_notifications();
    if (!due) return;
    for (const auto& event : *due) {
        const auto claimed = store.claim_notification(event);
        if (!claimed) return;
        if (!*claimed) continue;  // another node's
        database.release();
        if (!tell(server, service, event)) return;
        // Where this fails it is told once more.
        static_cast<void>(store.settle_notification(event));
        prolong(notifications, service);
    }
}

}  // namespace

Result<std::vector<std::string>> notify_command(std::string_view command) {
    const auto wrong = [](const std::string& what) { return misconfigured("UzmfaNotify: " + what); };
    auto words = words_of(command);
    if (!words) return wrong("a quote is not closed");
    if (words->empty()) return *words;
    const std::string& program = words->front();
    if (!program.starts_with('/')) return wrong("needs the absolute path of a program");
    struct stat found {};
    if (stat(program.c_str(), &found) != 0 || !S_ISREG(found.st_mode) || !(found.st_mode & 0111)) {
        return wrong(program + " is not a program");
    }
    return *words;
}

const Chore notifications{
    .name = "uzmfa notifications",
    .interval = apr_time_from_sec(2),
    .longest_turn = 45'000,
    .pause = 1'800,
    .concerns = has_command,
    .turn = [](const Service& service) -> auto& { return service.source().notifications_until; },
    .work = tell_of_all,
};

}  // namespace uzmfa
