// SPDX-License-Identifier: Apache-2.0
// What the user commands have in common.
#pragma once

#include "ctl/commands.hpp"
#include "ctl/output.hpp"
#include "ctl/tool.hpp"
#include "store/account_details.hpp"
#include "view/user_json.hpp"

#include <memory>

namespace uzmfa {

// A tool whose database is open, or the exit status where it could not be had.
struct Opened {
    std::unique_ptr<Tool> tool;
    int status = exit_done;
};
Opened open_tool(const Common& common);

// Who uses the tool, as far as it can tell.
Administrator administrator();

// A command is done: says so, or with --json prints the user as it is now.
int print_done(const Common& common, Tool& tool, const std::string& name, const std::string& said);

int no_such_user(const std::string& name);

// Makes what deletions are owed for a user. Empty where all are made, else why not, for people.
std::string pay_deletions_of(Tool& tool, std::string_view uuid);

}  // namespace uzmfa
