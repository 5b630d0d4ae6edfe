// SPDX-License-Identifier: Apache-2.0
#include "core/printable.hpp"
#include "core/utc.hpp"
#include "crypto/keys.hpp"
#include "ctl/commands.hpp"
#include "ctl/report.hpp"
#include "ctl/server_check.hpp"
#include "ctl/terminal.hpp"
#include "ctl/tool.hpp"
#include "factors/twilio/service_check.hpp"
#include "store/owed_deletion_store.hpp"
#include "store/rights.hpp"
#include "store/schema.hpp"
#include "store/sealed_secrets.hpp"

#include <sys/stat.h>

#include <algorithm>

namespace uzmfa {
namespace {

void check_keys(Report& report, const ToolSettings& settings) {
    constexpr const char* subject = "key file";
    if (settings.site.key_file.empty()) {
        return report.error(subject, "key-file is not set: name the file of UzmfaSessionKeyFile");
    }
    const std::string path{settings.site.key_file};
    const auto keys = read_key_file(path);
    if (!keys) return report.error(subject, keys.error().detail);
    report.ok(subject, path + " holds " + std::to_string(keys->size()) + (keys->size() == 1 ? " key" : " keys"));
}

void check_deadlines(Report& report, const ToolSettings& settings) {
    if (settings.driver != "pgsql") return;
    std::string missing;
    for (const std::string_view name : {"connect_timeout", "tcp_user_timeout", "statement_timeout"}) {
        if (settings.params.find(name) == settings.params.npos) missing.append(missing.empty() ? "" : ", ").append(name);
    }
    if (missing.empty()) return report.ok("deadlines", "params have them");
    report.warn("deadlines", "params lack " + missing +
                                 ": httpd hangs with a database that does. DBDParams want \"… connect_timeout=2 "
                                 "tcp_user_timeout=2000 options='-c statement_timeout=2000'\"");
}

// httpd's children must write the file, and beside it.
void check_file(Report& report, const std::string& path) {
    constexpr const char* subject = "rights";
    const auto folder = path.substr(0, path.rfind('/') + 1);
    struct stat file {};
    struct stat parent {};
    if (stat(path.c_str(), &file) != 0 || stat(folder.empty() ? "." : folder.c_str(), &parent) != 0) return;
    const auto only_root_writes = [](const struct stat& status) {
        return status.st_uid == 0 && !(status.st_mode & S_IWOTH) && !((status.st_mode & S_IWGRP) && status.st_gid != 0);
    };
    if (only_root_writes(file) || only_root_writes(parent)) {
        return report.warn(
            subject, "only root may write " + path + " or its folder: httpd's user (www-data) must be able to. chown both to it");
    }
    if ((file.st_mode & (S_IROTH | S_IWOTH)) && (parent.st_mode & S_IXOTH)) {
        return report.warn(subject, path + " is open to everybody on this machine: chmod 0640 (it, or 0750 its folder)");
    }
    report.ok(subject, "the file and its folder are not root's alone");
}

void check_rights(Report& report, Tool& tool) {
    const auto& settings = tool.settings();
    if (settings.driver == "sqlite3") return check_file(report, std::string{settings.params});
    const auto missing = missing_rights(tool.database(), settings.site.users_table);
    if (!missing) return report.error("rights", in_words_of_tool(missing.error().detail));
    if (missing->empty()) return report.ok("rights", "the database's user may read and change what it must");
    std::string names;
    for (const auto& right : *missing) names += (names.empty() ? "" : ", ") + right;
    report.error("rights", "missing: " + names + ". The owner of the tables must GRANT them to the user of params");
}

void check_deletions(Report& report, Tool& tool) {
    const auto owed = OwedDeletionStore{tool.database()}.all();
    if (!owed) return report.error("deletions", in_words_of_tool(owed.error().detail));
    if (owed->empty()) return report.ok("deletions", "none are owed to Twilio");
    const auto count = std::to_string(owed->size()) + (owed->size() < 1000 ? "" : " or more");
    report.warn("deletions", count + " owed to Twilio, the oldest since " + utc(owed->front().owed_at) +
                                 ". httpd makes them by itself while it runs with UzmfaValidator twilio and Twilio answers");
}

// Which keys of the ring are still needed by a row.
void check_secrets(Report& report, Tool& tool, bool shows_progress) {
    constexpr const char* subject = "secrets";
    const auto keys = keys_of(tool.settings());
    if (!keys) return;  // Said already.
    const Sealer sealer{*keys, use::totp_secret};
    std::vector<std::size_t> sealed_by(keys->size());
    std::size_t unopened = 0;
    SealedSecrets secrets{tool.database()};
    const auto total = secrets.count();
    if (!total) return report.error(subject, in_words_of_tool(total.error().detail));
    Progress progress{"secrets", *total, shows_progress};
    std::int64_t seen = 0;
    const auto done = secrets.for_each([&](const SealedSecret& secret) -> Result<Done> {
        progress.show(++seen);
        const auto opened = secret.open(sealer);
        ++(opened ? sealed_by[opened->key] : unopened);
        return Done{};
    });
    if (!done) return report.error(subject, in_words_of_tool(done.error().detail));
    if (unopened == 0) report.ok(subject, "all that are sealed open with the keys of the file");
    else {
        report.warn(subject, std::to_string(unopened) + " do not open: their key is not in the file, or the rows were changed. Their users "
                                                        "get 503. Put the key back as the last line; uzmfactl reseal names the users");
    }
    for (std::size_t i = 1; i < keys->size(); ++i) {
        const auto key = "key " + std::to_string(i + 1);
        if (sealed_by[i] > 0) {
            report.warn(key, "is not removable: secrets that depend on it: " + std::to_string(sealed_by[i]) +
                                 ". Seal them anew: uzmfactl reseal");
        } else {
            report.ok(key, "is removable, unless it is new and waits for keygen --promote: no secret depends on it. Sessions that it sealed "
                           "end when it goes: wait the longest UzmfaSessionMaxAge after the restart of the last node that sealed with it");
        }
    }
}

// For a table or column that is missing.
std::string remedy(std::string_view missing, const ToolSettings& settings) {
    if (missing.find(" uzmfa_") == missing.npos) {
        return "The table of users is the application's; on a site without one: uzmfactl schema --driver " +
               std::string{settings.driver} + " --users";
    }
    const auto into = settings.driver == "pgsql" ? "psql, as the owner of the tables" : "sqlite3 " + std::string{settings.params};
    return "Make it by: uzmfactl schema --upgrade | " + into;
}

void check_database(Report& report, Tool& tool, bool shows_progress) {
    const auto& settings = tool.settings();
    if (const auto opened = tool.open_database(); !opened) {
        const auto text = in_words_of_tool(opened.error().detail);
        if (opened.error().kind != ErrorKind::unavailable) return report.error("database", text);
        return report.unreachable("database", text + ". Look at driver and params, and whether the server runs");
    }
    report.ok("database", "answers");

    auto missing = missing_from(tool.database(), {settings.site.users_table, false});
    if (!missing) return report.unreachable("tables", in_words_of_tool(missing.error().detail));
    if (!missing->empty()) return report.error("tables", *missing + " is missing, or may not be read. " + remedy(*missing, settings));
    report.ok("tables", "all are there");
    missing = missing_from(tool.database(), {settings.site.users_table, true});
    if (missing && !missing->empty()) {
        report.warn("sign-in", *missing + " is missing, or may not be read: UzmfaLoginProvider uzerp needs it, others do not");
    }
    check_rights(report, tool);
    check_secrets(report, tool, shows_progress);
    check_deletions(report, tool);
}

void check_env(Report& report, const ToolSettings& settings) {
    if (settings.site.env_file.empty()) return;
    const auto env = env_of(settings);
    if (!env) return report.error("env file", env.error().detail);
    report.ok("env file", std::string{settings.site.env_file} + " can be read");
}

void note(Report& report, const char* subject, const twilio::ServiceFault& fault) {
    if (fault.is_grave) report.error(subject, fault.text);
    else report.warn(subject, fault.text);
}

void check_service(Report& report, const twilio::ServiceSettings& service) {
    const auto faults = twilio::faults_of(service);
    for (const auto& fault : faults) note(report, "service", fault);
    if (faults.empty()) report.ok("service", "'" + printable(service.name) + "' makes codes of 6 digits and 30 s");

    if (!service.clock) return report.warn("clock", "Twilio's answer has no date to compare with");
    const auto clock = twilio::faults_of_clock(present_moment(), *service.clock);
    for (const auto& fault : clock) note(report, "clock", fault);
    if (clock.empty()) report.ok("clock", "agrees with Twilio's");
}

void check_provider(Report& report, Tool& tool) {
    constexpr const char* subject = "twilio";
    if (!tool.names_provider()) return;
    const auto provider = tool.provider();
    if (!provider) {
        // Said already.
        if (!env_of(tool.settings())) return;
        return report.error(subject, in_words_of_tool(provider.error().detail));
    }
    const auto service = (*provider)->api().fetch_service();
    if (!service) {
        const auto& detail = service.error().detail;
        if (service.error().kind == ErrorKind::provider_refuses) {
            return report.error(subject, detail + ". Error 20003: look at twilio-account-sid and twilio-auth-token, or at twilio-api-key, "
                                                  "and whether they are of this region; 70051: the API key may not use Verify");
        }
        return report.unreachable(subject, detail + ". Look at twilio-url, at the firewall and at https://status.twilio.com");
    }
    if (!std::holds_alternative<twilio::ServiceSettings>(*service)) {
        return report.error(subject, "the account has no service " + (*provider)->service_sid() +
                                         ": look at twilio-service-sid, and whether the service is of this account and region");
    }
    report.ok(subject, "takes the credentials, and knows the service");
    check_service(report, std::get<twilio::ServiceSettings>(*service));
}

}  // namespace

int check(const Common& common, const std::string& httpd, const std::string& url) {
    Report report;
    auto settings = read_tool_settings(common.config_file);
    if (!settings) {
        report.error("configuration", settings.error().detail + ". The settings: uzmfactl --help");
        return report.print(common.as_json);
    }
    report.ok("configuration", common.config_file + " can be read");
    if (!httpd.empty()) settings->httpd = httpd;
    if (!url.empty()) settings->url = url;
    Tool tool{std::move(*settings)};
    check_keys(report, tool.settings());
    check_deadlines(report, tool.settings());
    check_database(report, tool, !common.as_json);
    check_env(report, tool.settings());
    check_provider(report, tool);
    check_modules(report, tool.settings());
    check_site(report, tool.settings());
    return report.print(common.as_json);
}

}  // namespace uzmfa
