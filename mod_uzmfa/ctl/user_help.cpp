// SPDX-License-Identifier: Apache-2.0
// What a help desk does for a user who cannot get in.
#include "crypto/one_time_codes.hpp"
#include "ctl/users.hpp"
#include "store/account_store.hpp"

#include <pwd.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace uzmfa {
namespace {

// Who did it, as far as the tool can tell.
std::string administrator() {
    const auto* const entry = getpwuid(getuid());
    return "uzmfactl:" + (entry ? std::string{entry->pw_name} : std::to_string(getuid()));
}

// A user, and a tool that looks at it; or the exit status.
struct Found {
    std::unique_ptr<Tool> tool{};
    AccountDetails details{};
    int status = exit_done;
};

Found find(const Common& common, const std::string& name) {
    auto [tool, status] = open_tool(common);
    if (!tool) return {.status = status};
    auto details = details_of(tool->database(), name, tool->settings().attempts);
    if (!details) return {.status = tool->failed(details.error())};
    if (!*details) return {.status = no_such_user(name)};
    return {.tool = std::move(tool), .details = std::move(**details)};
}

std::string said_of(std::chrono::hours lifetime) {
    return lifetime.count() == 1 ? "an hour" : std::to_string(lifetime.count()) + " hours";
}

int refuse_closed(const std::string& shown, const char* what) {
    return complain(std::string{what} + " of " + shown +
                        " were wrong so often in a row that no further one is looked at: that no unlocking ends.\n"
                        "Have the user enroll anew: user reset " + shown,
                    exit_refused);
}

}  // namespace

int skip_next(const Common& common, const std::string& name, std::chrono::hours lifetime) {
    const auto [tool, details, status] = find(common, name);
    if (!tool) return status;
    const auto set = SkipStore{tool->database()}.set(details.account, lifetime, administrator());
    if (!set) return tool->failed(set.error());
    const auto shown = printable(name);
    if (!*set) {
        return complain(shown + " is not enrolled, so there is no code to skip: the next sign-in enrolls, whatever mfa_enabled says.",
                        exit_refused);
    }
    return print_done(common, *tool, name,
                      shown + "'s next sign-in passes without a code, once, if it is within " + said_of(lifetime) +
                          ".\nThe password is asked for all the same. After that codes are asked for as before.");
}

int unlock_user(const Common& common, const std::string& name) {
    const auto [tool, details, status] = find(common, name);
    if (!tool) return status;
    const auto shown = printable(name);
    if (!details.account.uuid.empty()) {
        const auto unlocked = AttemptStore{tool->database(), tool->settings().attempts}.unlock(details.account.uuid);
        if (!unlocked) return tool->failed(unlocked.error());
    }
    if (details.codes.closed) return refuse_closed(shown, "the codes");
    if (details.recovery.closed) return refuse_closed(shown, "the recovery codes");
    return print_done(common, *tool, name, shown + " may try codes again: wrong ones are counted from the beginning.");
}

int make_temporary_code(const Common& common, const std::string& name, std::chrono::hours lifetime) {
    const auto [tool, details, status] = find(common, name);
    if (!tool) return status;
    const auto uuid = AccountStore{tool->database()}.own_uuid(details.account);
    if (!uuid) return tool->failed(uuid.error());
    const auto code = new_one_time_code(temporary_code_groups);
    const auto put = TemporaryCodeStore{tool->database()}.put(*uuid, *normalized_one_time_code(code), lifetime, administrator());
    if (!put) return tool->failed(put.error());
    if (common.as_json) {
        const auto after = details_of(tool->database(), name, tool->settings().attempts);
        if (!after) return tool->failed(after.error());
        if (!*after) return no_such_user(name);
        print(JsonObject{json_of(**after)}.add("temporary_code", code).take());
        return exit_done;
    }
    std::printf("%s\n\nThis lets %s in once within %s, in the place of a code; the password is asked for all the same.\n"
                "It is shown here only, and ends an earlier one. Make sure that it is %s whom you tell it.\n",
                code.c_str(), printable(name).c_str(), said_of(lifetime).c_str(), printable(name).c_str());
    return exit_done;
}

}  // namespace uzmfa
