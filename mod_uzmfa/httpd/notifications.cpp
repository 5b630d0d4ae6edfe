// SPDX-License-Identifier: Apache-2.0
#include "httpd/notifications.hpp"

#include "core/printable.hpp"
#include "crypto/run_program.hpp"
#include "httpd/background.hpp"
#include "httpd/clock.hpp"
#include "httpd/log.hpp"
#include "httpd/service.hpp"
#include "store/event_store.hpp"

#include <sys/stat.h>

#include <atomic>
#include <exception>

namespace uzmfa {
namespace {

constexpr const char* watchdog_name = "uzmfa notifications";
constexpr apr_interval_time_t interval = apr_time_from_sec(2);
constexpr std::chrono::milliseconds deadline{30'000};  // of the program; a claim lasts longer
constexpr std::int64_t longest_turn = 45'000;          // milliseconds, should the process that has it die
constexpr std::int64_t pause = 1'800;                  // between two looks of the node
constexpr std::size_t most_output = 512;

// The child ends, and waits for its threads: so long a program must not keep it.
std::atomic<bool> ends{false};

bool has_command(const Service* service) { return service && !service->notify().empty(); }

bool any_has_command(server_rec* main) {
    for (server_rec* server = main; server; server = server->next) {
        if (has_command(site_settings(server).service)) return true;
    }
    return false;
}

bool take_turn(NodeMemory::Source& source, std::int64_t now_ms) {
    std::int64_t until = source.notifications_until.load();
    return until <= now_ms && source.notifications_until.compare_exchange_strong(until, now_ms + longest_turn);
}

// What a program says of its trouble may be anything.
std::string said_by(const ProgramRun& run) {
    const auto said = printable(text_of(run.output));
    return said.empty() ? run.complaint : run.complaint + ", and said: " + said;
}

// False where it did not work: it will not do better with the next.
bool tell(server_rec* server, const Service& service, const StoredEvent& stored) {
    const auto entry = notification_of(stored);
    const auto run = run_program({.words = service.notify(), .input = entry, .most = most_output, .tells_errors = true,
                                  .deadline = deadline, .stops = &ends});
    const bool is_told = run.complaint.empty();
    const bool is_loud = !is_told && !ends && service.memory().may_raise(NodeMemory::Alarm::notify, now());
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
        service.source().notifications_until = apr_time_as_msec(apr_time_now()) + longest_turn;
    }
}

void look_at(apr_pool_t* pool, server_rec* server, const Service& service) {
    auto& source = service.source();
    if (service.is_broken() || !take_turn(source, apr_time_as_msec(apr_time_now()))) return;
    tell_of_all(pool, server, service);
    source.notifications_until = apr_time_as_msec(apr_time_now()) + pause;
}

apr_status_t look(int state, void* data, apr_pool_t* pool) noexcept {
    if (state == AP_WATCHDOG_STATE_STOPPING) ends = true;
    if (state != AP_WATCHDOG_STATE_RUNNING) return APR_SUCCESS;
    try {
        for (auto* server = static_cast<server_rec*>(data); server; server = server->next) {
            const Service* const service = site_settings(server).service;
            if (has_command(service)) look_at(pool, server, *service);
        }
    } catch (const std::exception& failure) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, static_cast<server_rec*>(data), "UZMFA1090 %s failed: %s", __func__,
                     failure.what());
    }
    return APR_SUCCESS;
}

}  // namespace

Result<std::vector<std::string>> notify_command(std::string_view command) {
    const auto misconfigured = [](std::string detail) {
        return Error{ErrorKind::misconfigured, "UzmfaNotify: " + std::move(detail)};
    };
    auto words = words_of(command);
    if (!words) return misconfigured("a quote is not closed");
    if (words->empty()) return *words;
    const std::string& program = words->front();
    if (!program.starts_with('/')) return misconfigured("needs the absolute path of a program");
    struct stat found {};
    if (stat(program.c_str(), &found) != 0 || !S_ISREG(found.st_mode) || !(found.st_mode & 0111)) {
        return misconfigured(program + " is not a program");
    }
    return *words;
}

int schedule_notifications(apr_pool_t* config, apr_pool_t*, apr_pool_t*, server_rec* main) noexcept {
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG || !any_has_command(main)) return OK;
    return schedule(config, main, watchdog_name, interval, look) ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

}  // namespace uzmfa
