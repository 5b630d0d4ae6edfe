// SPDX-License-Identifier: Apache-2.0
// What a help desk does for a user who cannot get in.
#include "ctl/users.hpp"

#include <chrono>
#include <cstdio>
#include <tuple>

namespace uzmfa {
namespace {

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
    const auto [tool, status] = open_tool(common);
    if (!tool) return status;
    const auto set = tool->administration().skip_next(name, lifetime, administrator());
    if (!set) return tool->failed(set.error());
    if (*set == Helped::no_such_user) return no_such_user(name);
    const auto shown = printable(name);
    if (*set == Helped::refused) {
        return complain(shown + " is not enrolled, or too many wrong codes have closed the factor: there is no code to skip."
                                " The next sign-in enrolls, or wants a recovery code or a reset.",
                        exit_refused);
    }
    return print_done(common, *tool, name,
                      shown + "'s next sign-in passes without a code, once, if it is within " + said_of(lifetime) +
                          ".\nThe password is asked for all the same. After that codes are asked for as before.");
}

int unlock_user(const Common& common, const std::string& name) {
    const auto [tool, status] = open_tool(common);
    if (!tool) return status;
    const auto unlocked = tool->administration().unlock(name, administrator());
    if (!unlocked) return tool->failed(unlocked.error());
    if (*unlocked == Helped::no_such_user) return no_such_user(name);
    const auto shown = printable(name);
    const auto details = tool->administration().find(name);
    if (!details) return tool->failed(details.error());
    if (!*details) return no_such_user(name);
    const auto& [codes, recovery] = std::tie((*details)->codes, (*details)->recovery);
    if (*unlocked == Helped::refused) return refuse_closed(shown, codes.closed ? "the codes" : "the recovery codes");
    std::string said = shown + " may try codes again: wrong ones are counted from the beginning.";
    if (codes.closed) said += "\nNot those of the app: they were wrong so often in a row that only a reset helps.";
    if (recovery.closed) said += "\nNot recovery codes: they were wrong so often in a row that only a reset helps.";
    return print_done(common, *tool, name, said);
}

int make_temporary_code(const Common& common, const std::string& name, std::chrono::hours lifetime) {
    const auto [tool, status] = open_tool(common);
    if (!tool) return status;
    const auto code = tool->administration().temporary_code(name, lifetime, administrator());
    if (!code) return tool->failed(code.error());
    if (code->helped == Helped::no_such_user) return no_such_user(name);
    if (code->helped == Helped::refused) return refuse_closed(printable(name), "the codes");
    if (common.as_json) {
        const auto after = tool->administration().find(name);
        if (!after) return tool->failed(after.error());
        if (!*after) return no_such_user(name);
        print(JsonObject{json_of(**after)}.add("temporary_code", code->code).take());
        return exit_done;
    }
    std::printf("%s\n\nThis lets %s in once within %s, in the place of a code; the password is asked for all the same.\n"
                "It is shown here only, and ends an earlier one. Make sure that it is %s whom you tell it.\n",
                code->code.c_str(), printable(name).c_str(), said_of(lifetime).c_str(), printable(name).c_str());
    return exit_done;
}

int end_sessions(const Common& common, const std::string& name) {
    const auto [tool, status] = open_tool(common);
    if (!tool) return status;
    const auto ended = tool->administration().end_sessions(name, administrator());
    if (!ended) return tool->failed(ended.error());
    if (*ended == Helped::no_such_user) return no_such_user(name);
    return print_done(common, *tool, name,
                      "All sessions of " + printable(name) + " are over, on every node within two seconds.\n"
                      "Who has the password and the second factor can sign in again.");
}

int end_all_sessions(const Common& common) {
    const auto [tool, status] = open_tool(common);
    if (!tool) return status;
    if (auto ended = tool->administration().end_everybody(administrator()); !ended) return tool->failed(ended.error());
    if (common.as_json) print(JsonObject{}.add("ended", true).take());
    else std::puts("Everybody's sessions are over, on every node within two seconds. All must sign in again.");
    return exit_done;
}

}  // namespace uzmfa
