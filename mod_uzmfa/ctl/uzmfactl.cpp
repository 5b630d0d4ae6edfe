// SPDX-License-Identifier: Apache-2.0
// The administrator's tool: keys and tables.
#include "ctl/commands.hpp"

#include <CLI/CLI.hpp>
#include <apr_general.h>

#include <cstdio>

namespace {

std::string complaint(const CLI::App* app, const CLI::Error& error) {
    const auto chosen = app->get_subcommands();
    if (!chosen.empty()) {
        return "uzmfactl: " + std::string{error.what()} + "\nMore: uzmfactl " + chosen.front()->get_name() + " --help\n";
    }
    const auto words = app->remaining();
    std::string text = "uzmfactl: ";
    text += words.empty() ? "a command is missing" : "there is no command or option '" + words.front() + "'";
    text += "\nCommands:";
    for (const auto* command : app->get_subcommands([](const CLI::App*) { return true; })) {
        text += " " + command->get_name();
    }
    return text + "\nMore: uzmfactl --help\n";
}

}  // namespace

int main(int argument_count, char** arguments) {
    using namespace uzmfa;
    apr_initialize();

    CLI::App app{"Administers mod_uzmfa. Works without httpd running.", "uzmfactl"};
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string{version});
    app.get_formatter()->column_width(28);
    app.failure_message(complaint);

    std::string key_file;
    auto* const keygen = app.add_subcommand("keygen", "Make a key file (mode 0600) for UzmfaSessionKeyFile");
    keygen->add_option("FILE", key_file, "the file to make; an existing one is left alone")->required();

    std::string driver;
    bool with_users = false;
    auto* const tables = app.add_subcommand("schema", "Print the SQL that makes the module's own tables");
    tables->add_option("--driver", driver, "the database: pgsql or sqlite3")
        ->required()
        ->check(CLI::IsMember({"pgsql", "sqlite3"}));
    tables->add_flag("--users", with_users, "also a users table, for sites without an application of their own");

    try {
        app.parse(argument_count, arguments);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_done : exit_usage;
    }
    try {
        return keygen->parsed() ? make_key_file(key_file) : print_schema(driver, with_users);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "uzmfactl: %s\n", failure.what());
        return exit_refused;
    }
}
