// SPDX-License-Identifier: Apache-2.0
#include "ctl/tool.hpp"

#include "crypto/keys.hpp"
#include "ctl/commands.hpp"
#include "factors/twilio/credentials.hpp"
#include "net/url.hpp"

#include <curl/curl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace uzmfa {
namespace {

struct Word {
    std::string_view directive;
    std::string_view setting;
};
constexpr Word words[] = {
    {"UzmfaTwilioServiceSid", "twilio-service-sid"}, {"UzmfaTwilioAccountSid", "twilio-account-sid"},
    {"UzmfaTwilioAuthToken", "twilio-auth-token"},   {"UzmfaTwilioApiKey", "twilio-api-key"},
    {"UzmfaEnvFile", "env-file"},                    {"with UzmfaValidator twilio", "to ask Twilio"},
};

}  // namespace

std::string in_words_of_tool(std::string_view detail) {
    std::string text{detail.substr(0, detail.find('\n'))};
    for (const auto& [directive, setting] : words) {
        for (std::size_t at = 0; (at = text.find(directive, at)) != text.npos; at += setting.size()) {
            text.replace(at, directive.size(), setting);
        }
    }
    return text;
}

int complain(std::string_view what, int status) {
    std::fprintf(stderr, "uzmfactl: %.*s\n", static_cast<int>(what.size()), what.data());
    return status;
}

int failed(const Error& error) {
    const auto what = in_words_of_tool(error.detail);
    switch (error.kind) {
        case ErrorKind::unavailable:
            return complain("the database does not serve: " + what +
                                "\nNothing was changed. Look at driver and params, and whether the server runs; uzmfactl check says more.",
                            exit_unreachable);
        case ErrorKind::provider_unavailable:
        case ErrorKind::provider_not_asked:
            return complain("Twilio cannot be reached: " + what + "\nTry again later; uzmfactl check says more.",
                            exit_unreachable);
        case ErrorKind::provider_limit:
            return complain(what + "\nTry again in " + std::to_string(error.retry_after.count() / 60 + 1) + " minutes.",
                            exit_refused);
        case ErrorKind::provider_refuses:
        case ErrorKind::busy:
        case ErrorKind::damaged:
        case ErrorKind::misconfigured: break;
    }
    return complain(what, exit_refused);
}

Result<UzerpSettings> env_of(const ToolSettings& settings) {
    if (settings.site.env_file.empty()) return UzerpSettings{};
    const std::string path{settings.site.env_file};
    auto file = read_env_file(path);
    if (!file) return misconfigured("env-file: " + file.error().detail);
    auto env = uzerp_settings_of(*file);
    if (!env) return misconfigured("env-file: " + path + ": " + env.error().detail);
    return env;
}

Result<std::vector<SecretBytes>> keys_of(const ToolSettings& settings) {
    if (settings.site.key_file.empty()) return misconfigured("key-file is missing in the configuration file");
    auto keys = read_key_file(std::string{settings.site.key_file});
    if (!keys) return misconfigured("key-file: " + keys.error().detail);
    return keys;
}

Moment present_moment() { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); }

// --- the provider ---

ToolProvider::ToolProvider(const twilio::Settings& settings, std::string user, SecretBytes password, std::string service_sid)
    : settings_{settings},
      service_sid_{std::move(service_sid)},
      client_{{.user = std::move(user),
               .password = std::move(password),
               .ca_file = std::string{settings.ca_file},
               .loopback = is_loopback_url(settings.url)}} {}

Result<std::unique_ptr<ToolProvider>> ToolProvider::open(const ToolSettings& settings) {
    auto env = env_of(settings);
    if (!env) return env.error();
    auto credentials = twilio::credentials_of(settings.twilio, *env);
    if (!credentials) return credentials.error();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    return std::unique_ptr<ToolProvider>{new ToolProvider{settings.twilio, std::move(credentials->user),
                                                  std::move(credentials->password), std::move(credentials->service_sid)}};
}

// --- the tool ---

Tool::Tool(ToolSettings settings) : settings_{std::move(settings)} {}

Result<Done> Tool::open_database() {
    for (const auto& [name, value] : {std::pair{"driver", settings_.driver}, std::pair{"params", settings_.params}}) {
        if (value.empty()) return misconfigured(std::string{name} + " is missing in the configuration file");
    }
    const auto driver = *driver_named(settings_.driver);
    if (driver == Driver::sqlite3) {
        // SQLite would make an empty one.
        struct stat status {};
        const std::string file{settings_.params};
        if (stat(file.c_str(), &status) != 0) return Error{ErrorKind::unavailable, file + ": " + std::strerror(errno)};
    } else {
        setenv("PGCONNECT_TIMEOUT", "10", 0);  // where params say nothing
    }
    statements_.emplace(driver, settings_.site.users_table);
    connection_.emplace(pool_, settings_.driver, settings_.params);
    database_.emplace(*connection_, *statements_);
    // SQLite's driver asks a locked file 16 times, and waits each time: some five seconds in all.
    auto opened = database_->count(driver == Driver::sqlite3
                                       ? "PRAGMA busy_timeout=200"
                                       : "SELECT count(set_config('statement_timeout', '10s', false))"
                                         " WHERE current_setting('statement_timeout') = '0'");
    return as_done(opened);
}

bool Tool::names_provider() const {
    const auto& twilio = settings_.twilio;
    return settings_.site.validator == Validator::twilio || !twilio.service_sid.empty() || !twilio.account_sid.empty() ||
           !twilio.api_key.sid.empty();
}

Result<ToolProvider*> Tool::provider() {
    if (!provider_) {
        auto opened = ToolProvider::open(settings_);
        if (!opened) return opened.error();
        provider_ = std::move(*opened);
    }
    return provider_.get();
}

bool Tool::answers() {
    return database_ && database_->count("SELECT 1");
}

int Tool::failed(const Error& error) {
    // A statement fails for other reasons as well: a table that is missing, a right.
    if (error.kind != ErrorKind::unavailable || !answers()) return uzmfa::failed(error);
    return complain("the database refuses: " + in_words_of_tool(error.detail) +
                        "\nNothing was changed. Try again if it is locked; uzmfactl check says whether a table or a right is missing.",
                    exit_refused);
}

}  // namespace uzmfa
