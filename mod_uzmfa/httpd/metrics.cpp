// SPDX-License-Identifier: Apache-2.0
#include "httpd/metrics.hpp"

#include "httpd/clock.hpp"
#include "httpd/guard.hpp"
#include "httpd/health.hpp"
#include "httpd/write_outcome.hpp"
#include "view/metrics_text.hpp"

namespace uzmfa {
namespace {

constexpr seconds lately{5 * 60};

struct SignIn {
    Reason reason;
    std::string_view result;
};
constexpr SignIn sign_ins[] = {
    {Reason::signed_in, "accepted"},
    {Reason::wrong_password, "wrong"},
    {Reason::too_many_sign_ins, "limited"},
    {Reason::sign_in_busy, "busy"},
};

struct Verification {
    Reason reason;
    std::string_view method;
    std::string_view result;
};
constexpr Verification verifications[] = {
    {Reason::code_accepted, "totp", "accepted"},
    {Reason::wrong_code, "totp", "wrong"},
    {Reason::code_used, "totp", "used"},
    {Reason::too_many_codes, "totp", "limited"},
    {Reason::factor_closed, "totp", "closed"},
    {Reason::recovery_used, "recovery", "accepted"},
    {Reason::wrong_recovery_code, "recovery", "wrong"},
    {Reason::too_many_recovery_codes, "recovery", "limited"},
    {Reason::recovery_closed, "recovery", "closed"},
    {Reason::temporary_used, "temporary", "accepted"},
    {Reason::skip_used, "skip", "accepted"},
    {Reason::browser_known, "remembered", "accepted"},
};

// Not counted: a request that passes is to cost nothing.
bool is_counted(Reason reason) { return reason != Reason::verified && reason != Reason::signed_in_only; }

constexpr std::string_view call_results[] = {"success", "redirection", "client_error", "server_error", "no_answer"};
static_assert(std::size(call_results) == CallMetrics::result_count);

void add_outcomes(MetricsText& text, const NodeMemory& memory) {
    text.family("uzmfa_outcomes_total", "counter", "Answers of the module and stopped or exempt requests, by their reason.");
    for (std::size_t i = 0; i < reason_count; ++i) {
        const auto reason = static_cast<Reason>(i);
        if (is_counted(reason)) text.sample(memory.outcomes[i].value(), {{"reason", name_of(reason)}});
    }
    text.family("uzmfa_sign_ins_total", "counter", "First factors, by what came of them.");
    for (const auto& [reason, result] : sign_ins) text.sample(memory.count_of(reason), {{"result", result}});
    text.family("uzmfa_verifications_total", "counter", "Second factors, by method and by what came of them.");
    for (const auto& [reason, method, result] : verifications) {
        text.sample(memory.count_of(reason), {{"method", method}, {"result", result}});
    }
    text.histogram("uzmfa_password_check_duration_seconds", "How long the login providers took to check a password.",
                   memory.password_checks);
    text.family("uzmfa_lost_records_total", "counter", "Events that could not be kept, by where.")
        .sample(memory.lost_events.value(), {{"record", "table"}})
        .sample(memory.lost_audit_lines.value(), {{"record", "audit_log"}});
}

void add_sessions(MetricsText& text, const Service& service) {
    const auto& memory = service.memory();
    text.family("uzmfa_active_sessions", "gauge",
                "Sessions that this node has compared with their user's row in the last five minutes.")
        .sample(memory.rechecks.count_since(now() - lately));
    text.family("uzmfa_ended_sessions", "gauge", "Sessions and users that the node's table of ended sessions has to remember.")
        .sample(memory.revocations.count(now()));
    text.family("uzmfa_ended_sessions_limit", "gauge", "How many it has room for.").sample(RevocationTable::slot_count);
    text.family("uzmfa_ended_sessions_complete", "gauge",
                "0 while something had to be left out: then each request asks the database.")
        .sample(memory.revocations.is_complete(now()));
    text.family("uzmfa_owed_revocations", "gauge",
                "Sessions that ended while the database was away and are not written down yet.")
        .sample(memory.count_of_owed());
}

void add_database(MetricsText& text, const NodeMemory::Source& source) {
    text.family("uzmfa_database_up", "gauge", "Whether the last try to connect succeeded.").sample(!source.fails);
    text.family("uzmfa_database_failures_total", "counter", "Connections to the database that could not be had, or that broke.")
        .sample(source.failures.value());
}

void add_provider(MetricsText& text, const NodeMemory::Provider& provider) {
    text.family("uzmfa_provider_calls_total", "counter", "Calls to the provider, by what came back.");
    for (std::size_t i = 0; i < std::size(call_results); ++i) {
        text.sample(provider.calls.results[i].value(), {{"result", call_results[i]}});
    }
    text.histogram("uzmfa_provider_call_duration_seconds", "How long the provider took.", provider.calls.durations);
    text.family("uzmfa_provider_breaker", "gauge", "1 for the state that the circuit breaker is in.");
    for (const auto state : {CircuitBreaker::State::closed, CircuitBreaker::State::open, CircuitBreaker::State::probing}) {
        text.sample(provider.breaker.state() == state, {{"state", name_of(state)}});
    }
}

void add_health(MetricsText& text, const Service& service) {
    text.family("uzmfa_health", "gauge", "1 for what the page health says.");
    for (const auto health : {Health::ok, Health::degraded, Health::down}) {
        text.sample(health_of(service) == health, {{"status", name_of(health)}});
    }
}

std::string metrics_of(const Service& service) {
    MetricsText text;
    add_health(text, service);
    add_outcomes(text, service.memory());
    add_sessions(text, service);
    add_database(text, service.source());
    if (service.provider()) add_provider(text, service.provider()->state());
    return text.take();
}

std::uint64_t count_of_accepted(const NodeMemory& memory) {
    std::uint64_t count = 0;
    for (const auto& row : verifications) {
        if (row.result == "accepted") count += memory.count_of(row.reason);
    }
    return count;
}

void show(request_rec* r, const Service& service, bool is_short) {
    const auto& memory = service.memory();
    const auto* const provider = service.provider();
    const std::pair<const char*, std::string> lines[] = {
        {"Health", std::string{name_of(health_of(service))}},
        {"SignIns", std::to_string(memory.count_of(Reason::signed_in))},
        {"WrongPasswords", std::to_string(memory.count_of(Reason::wrong_password))},
        {"Verifications", std::to_string(count_of_accepted(memory))},
        {"WrongCodes", std::to_string(memory.count_of(Reason::wrong_code))},
        {"ActiveSessions", std::to_string(memory.rechecks.count_since(now() - lately))},
        {"EndedSessions", std::to_string(memory.revocations.count(now()))},
        {"Database", service.source().fails ? "down" : "up"},
        {"CircuitBreaker", provider ? std::string{name_of(provider->state().breaker.state())} : "none"},
    };
    if (!is_short) ap_rputs("<hr />\n<h2>mod_uzmfa</h2>\n<dl>\n", r);
    for (const auto& [name, value] : lines) {
        if (is_short) ap_rprintf(r, "Uzmfa%s: %s\n", name, value.c_str());
        else ap_rprintf(r, "<dt>%s: %s</dt>\n", name, value.c_str());
    }
    if (!is_short) ap_rputs("</dl>\n", r);
}

}  // namespace

int write_metrics(request_rec* r, const Service& service) {
    return write_asset(r, service, {MetricsText::content_type, metrics_of(service), {}});
}

int show_status(request_rec* r, int flags) noexcept {
    return guarded(r, __func__, [&] {
        const Service* const service = service_of(r);
        if (!service) return DECLINED;
        show(r, *service, flags & AP_STATUS_SHORT);
        return OK;
    });
}

}  // namespace uzmfa
