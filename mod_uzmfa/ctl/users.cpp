// SPDX-License-Identifier: Apache-2.0
#include "ctl/users.hpp"

#include "factors/twilio/deletions.hpp"
#include "store/account_store.hpp"
#include "store/owed_deletion_store.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdio>

namespace uzmfa {
namespace {

std::string factor_of(const Account& account) {
    if (!is_enrolled(account)) return "none";
    const auto validator = validator_of(account.mfa_sid);
    return validator ? std::string{uzmfa::name_of(*validator)} : "unknown";
}

std::string said_of(NextSignIn next, Validator in_use) {
    switch (next) {
        case NextSignIn::refused: return "refused";
        case NextSignIn::enrolls: return "enrolls";
        case NextSignIn::enrolls_anew:
            return "enrolls anew: " + std::string{uzmfa::name_of(in_use)} + " does not know the factor";
        case NextSignIn::asks_for_code: return "asks for a code";
        case NextSignIn::skips: return "passes without a code, once";
    }
    return {};
}

std::string said_of(const AttemptState& state) {
    auto said = std::to_string(state.failures) + " in a row";
    if (state.closed) return said + ": closed, no further one is looked at";
    if (state.wait > seconds{}) said += ", the next one is looked at in " + std::to_string(state.wait.count()) + " s";
    return said;
}

std::string said_of(const Skip& skip) {
    return (skip.has_expired ? "expired " : "until ") + utc(skip.expires_at) + ", set by " + printable(skip.set_by);
}

void print_line(const char* what, const std::string& text) { std::printf("  %-18s%s\n", what, text.c_str()); }

std::string said_of(const OwedDeletion& deletion) {
    return (deletion.sid.empty() ? "all that Twilio has of the user" : "the factor " + printable(deletion.sid)) +
           ", since " + utc(deletion.owed_at) + ", tried " + std::to_string(deletion.tries) + " times";
}

void print_details(const AccountDetails& details, Validator in_use) {
    const auto& account = details.account;
    std::printf("%s\n", printable(account.name.view()).c_str());
    print_line("uuid", account.uuid.empty() ? "none yet: given at enrollment" : account.uuid);
    print_line("may sign in", account.access_enabled ? "yes" : "no: access_enabled is off");
    print_line("enrolled", is_enrolled(account) ? "yes" : "no");
    print_line("mfa_enabled", account.mfa_enabled ? "yes" : "no");
    print_line("second factor", factor_of(account) + (account.mfa_sid.empty() ? "" : ", " + printable(account.mfa_sid)));
    if (details.binding) {
        const auto& [algorithm, digits, at, from] = *details.binding;
        print_line("its codes", std::to_string(digits) + " digits, " + std::string{name_of(algorithm)});
        print_line("bound", utc(at) + (from.empty() ? "" : " from " + printable(from)));
    } else if (is_enrolled(account)) {
        print_line("bound", "not by this module");
    }
    print_line("next sign-in", said_of(details.next_sign_in, in_use));
    if (details.skip) print_line("skip", said_of(*details.skip));
    if (details.codes.failures > 0) print_line("wrong codes", said_of(details.codes));
    if (details.recovery.failures > 0) print_line("wrong recovery", said_of(details.recovery));
    if (is_enrolled(account)) print_line("recovery codes", std::to_string(details.recovery_codes_left) + " left");
    if (details.temporary_code) {
        print_line("temporary code", "until " + utc(details.temporary_code->expires_at) + ", made by " +
                                         printable(details.temporary_code->made_by));
    }
    print_line("verified sessions", std::to_string(details.sessions.size()));
    if (!details.browsers.empty()) print_line("remembered", std::to_string(details.browsers.size()) + " browsers");
    for (const auto& deletion : details.owed) print_line("to be deleted", said_of(deletion));
}

}  // namespace

Administrator administrator() {
    const auto* const entry = getpwuid(getuid());
    return {.name = "uzmfactl:" + (entry ? std::string{entry->pw_name} : std::to_string(getuid()))};
}

Opened open_tool(const Common& common) {
    auto settings = read_tool_settings(common.config_file);
    if (!settings) {
        return {nullptr, complain(settings.error().detail + "\nWhat the file may hold: uzmfactl --help.", exit_refused)};
    }
    auto tool = std::make_unique<Tool>(std::move(*settings));
    if (auto opened = tool->open_database(); !opened) return {nullptr, tool->failed(opened.error())};
    return {std::move(tool), exit_done};
}

int print_done(const Common& common, Tool& tool, const std::string& name, const std::string& said) {
    if (common.as_json) {
        const auto details = tool.administration().find(name);
        if (!details) return tool.failed(details.error());
        if (*details) print(json_of(**details));
        return exit_done;
    }
    std::puts(said.c_str());
    return exit_done;
}

int no_such_user(const std::string& name) {
    return complain("there is no user '" + printable(name) + "': names match exactly, with upper and lower case", exit_refused);
}

std::string pay_deletions_of(Tool& tool, std::string_view uuid) {
    OwedDeletionStore owed{tool.database()};
    const auto deletions = owed.of(uuid);
    if (!deletions) return in_words_of_tool(deletions.error().detail);
    if (deletions->empty()) return {};
    const auto provider = tool.provider();
    if (!provider) return in_words_of_tool(provider.error().detail);
    for (const auto& deletion : *deletions) {
        auto api = (*provider)->api();
        const auto paid = twilio::pay(deletion, owed, api);
        if (!paid) return in_words_of_tool(paid.error().detail);
        if (!*paid) return "the server is at it";
    }
    return {};
}

int list_users(const Common& common, bool only_not_enrolled) {
    const auto [tool, status] = open_tool(common);
    if (!tool) return status;
    std::vector<Json> items;
    std::vector<std::vector<std::string>> rows{{"USER", "SECOND FACTOR", "NEXT SIGN-IN", "UUID"}};
    AccountStore accounts{tool->database()};
    const auto in_use = tool->settings().site.validator;
    for (std::string after;;) {
        const auto page = accounts.page_after(after);
        if (!page) return tool->failed(page.error());
        for (const auto& account : page->accounts) {
            if (only_not_enrolled && is_enrolled(account)) continue;
            if (common.as_json) items.push_back(json_of(listed(account, in_use)));
            else rows.push_back({printable(account.name.view()), factor_of(account),
                                 said_of(next_sign_in(account, in_use), in_use), printable(account.uuid)});
        }
        if (page->next.empty()) break;
        after = page->next;
    }
    if (common.as_json) print(json_array_of(std::move(items)));
    else print_table(rows);
    return exit_done;
}

int show_user(const Common& common, const std::string& name) {
    const auto [tool, status] = open_tool(common);
    if (!tool) return status;
    const auto details = tool->administration().find(name);
    if (!details) return tool->failed(details.error());
    if (!*details) return no_such_user(name);
    if (common.as_json) print(json_of(**details));
    else print_details(**details, tool->settings().site.validator);
    return exit_done;
}

int reset_user(const Common& common, const std::string& name) {
    const auto [tool, status] = open_tool(common);
    if (!tool) return status;
    const auto reset = tool->administration().reset(name, administrator());
    if (!reset) return tool->failed(reset.error());
    if (*reset == Helped::no_such_user) return no_such_user(name);

    // The user is reset; whatever goes wrong from here on does not change that.
    const auto shown = printable(name);
    const auto before = tool->administration().find(name);
    const bool is_known = before && *before;
    const bool was_at_twilio = is_known && !(*before)->owed.empty();
    const auto trouble = was_at_twilio ? pay_deletions_of(*tool, (*before)->account.uuid) : std::string{};
    if (!trouble.empty()) {
        complain(shown + " is reset, but Twilio has not yet deleted what it has of the user: " + trouble +
                     "\nThe deletion is owed. The server makes it by itself as soon as Twilio answers.",
                 exit_done);
    }
    if (common.as_json) {
        const auto after = tool->administration().find(name);
        if (after && *after) print(json_of(**after));
        return exit_done;
    }
    std::printf("%s is reset, and enrolls at the next sign-in.\n", shown.c_str());
    if (was_at_twilio && trouble.empty()) std::puts("Twilio has deleted what it had of the user.");
    std::printf("Tell %s to remove the old entry from the authenticator app: its codes are of no use any more.\n"
                "All sessions of the user are over, on every node within two seconds.\n",
                shown.c_str());
    return exit_done;
}

}  // namespace uzmfa
