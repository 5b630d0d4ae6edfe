// SPDX-License-Identifier: Apache-2.0
// The administrator's tool: keys, tables, users, and the check of a site.
#include "config.h"
#include "core/administration.hpp"
#include "ctl/commands.hpp"
#include "ctl/since.hpp"
#include "ctl/tool.hpp"
#include "ctl/tool_settings.hpp"

#include <CLI/CLI.hpp>
#include <apr_general.h>

#include <chrono>
#include <cstdio>
#include <functional>

namespace {

using namespace uzmfa;

// The command that was chosen, as far as there is one, with the words that lead to it.
const CLI::App* deepest(const CLI::App* app, std::string& words) {
    words = app->get_name();
    for (auto chosen = app->get_subcommands(); !chosen.empty(); chosen = app->get_subcommands()) {
        app = chosen.front();
        words += " " + app->get_name();
    }
    return app;
}

std::string complaint(const CLI::App* top, const CLI::Error& error) {
    std::string words;
    const auto* const app = deepest(top, words);
    const auto commands = app->get_subcommands([](const CLI::App*) { return true; });
    const auto rest = top->remaining(true);
    if (commands.empty() && rest.empty()) return "uzmfactl: " + std::string{error.what()} + "\nMore: " + words + " --help\n";
    std::string text = "uzmfactl: ";
    text += rest.empty() ? "a command is missing" : "there is no command or option '" + rest.front() + "'";
    if (!commands.empty()) text += "\nCommands:";
    for (const auto* command : commands) text += " " + command->get_name();
    return text + "\nMore: " + words + " --help\n";
}

class Commands {
public:
    Commands() {
        app_.require_subcommand(1);
        app_.fallthrough();
        app_.set_version_flag("--version", PACKAGE_VERSION);
        app_.get_formatter()->column_width(28);
        app_.failure_message(complaint);
        app_.add_option("--config", common_.config_file, "the configuration file; without it /etc/uzmfa/uzmfactl.conf")
            ->type_name("FILE");
        app_.add_flag("--json", common_.as_json, "print JSON");
        app_.footer("\nFor a new site:\n"
                    "  uzmfactl keygen /etc/uzmfa/keys\n"
                    "  uzmfactl schema --driver pgsql | psql uzerp\n"
                    "  uzmfactl check\n"
                    "For a user:\n"
                    "  uzmfactl user show alice         how the next sign-in goes, and why\n"
                    "  uzmfactl user temp-code alice    the phone is at home\n"
                    "  uzmfactl user reset alice        the phone is lost\n\n"
                    "Exit status: 0 done, 1 refused or not found, 2 wrong usage, 3 database or Twilio unreachable.\n\n"
                    "The configuration file has one NAME = VALUE a line and comments with #. It belongs to root or to you;\n"
                    "only its owner may write it, and where it holds a secret only its owner and group may read it:\n" +
                    help_on_settings());
        add_keygen();
        add_reseal();
        add_schema();
        add_check();
        add_user();
        add_events();
    }

    int run(int count, char** arguments) {
        try {
            app_.parse(count, arguments);
        } catch (const CLI::ParseError& error) {
            return app_.exit(error) == 0 ? exit_done : exit_usage;
        }
        return chosen_();
    }

private:
    void add_keygen() {
        auto* const command =
            app_.add_subcommand("keygen", "Make a key file (mode 0600) for UzmfaSessionKeyFile, or change its key");
        command->add_option("FILE", file_, "the file to make; an existing one is left alone")->required();
        auto* const add = command->add_flag("--add", adds_key_, "add a key to the file that is there, as the last one: it opens");
        command->add_flag("--promote", promotes_key_, "bring the last key of the file to the front: it seals")->excludes(add);
        command->footer("\nTo change the key first --add it, copy the file to every node and restart all of them; then --promote it, copy\n"
                        "and restart again; then reseal. Each command says what comes next. The file keeps owner, mode and comments.\n\n"
                        "  uzmfactl keygen /etc/uzmfa/keys            a new site\n"
                        "  uzmfactl keygen /etc/uzmfa/keys --add      once a year: the first step to another key\n");
        command->callback([this] {
            chosen_ = [this] {
                if (adds_key_) return add_key(common_, file_);
                return promotes_key_ ? promote_key(common_, file_) : make_key_file(common_, file_);
            };
        });
    }

    void add_reseal() {
        auto* const command = app_.add_subcommand("reseal", "Seal all users' secrets anew under the first key of the key file");
        command->footer("\nFor when another key has become the first, and every node has restarted with it. May be broken off, run again, and\n"
                        "run while httpd serves. A secret that does not open is named by its user; then the exit status is 1.\n\n"
                        "  uzmfactl reseal\n");
        command->callback([this] { chosen_ = [this] { return reseal(common_); }; });
    }

    void add_schema() {
        auto* const command = app_.add_subcommand("schema", "Print the SQL that makes the module's own tables");
        auto* const driver = command->add_option("--driver", driver_, "the database: pgsql or sqlite3")->check(CLI::IsMember({"pgsql", "sqlite3"}));
        auto* const users = command->add_flag("--users", with_users_, "also a users table, for sites without an application of their own");
        command->add_flag("--upgrade", upgrades_, "look at the database of the configuration file, and print only what is missing there")
            ->excludes(driver)
            ->excludes(users);
        command->footer("\nThe owner of the tables applies it. --upgrade is for a database that a former version has made, and adds columns,\n"
                        "and on PostgreSQL rights for the user of params, as well; rows stay, and servers that run the former version go on.\n"
                        "Both may be run again.\n\n"
                        "  uzmfactl schema --driver pgsql | psql uzerp\n"
                        "  uzmfactl schema --driver sqlite3 --users | sqlite3 /var/lib/uzmfa/users.db\n"
                        "  uzmfactl schema --upgrade | psql uzerp            before a newer version serves\n");
        command->callback([this, driver] {
            if (!upgrades_ && driver->count() == 0) throw CLI::RequiredError{"--driver or --upgrade"};
            chosen_ = [this] { return upgrades_ ? print_schema_upgrade(common_) : print_schema(common_, driver_, with_users_); };
        });
    }

    void add_check() {
        auto* const command =
            app_.add_subcommand("check", "Look at keys, database, rights, Twilio and the clock, and say what to do");
        command->add_option("--httpd", httpd_, "also ask httpd which modules it loads, by this program; it need not run")
            ->type_name("PROGRAM");
        command->add_option("--url", url_, "also look how a page of the site answers, and whether it sends HSTS")
            ->type_name("URL")
            ->check([](const std::string& text) {
                const auto complaint = complaint_about_site_url(text);
                return complaint.empty() ? "" : "'" + text + "' " + std::string{complaint};
            });
        command->footer("\nOne line a finding: ok, warning or error. It changes nothing. Exit status 0 where there is no error,\n"
                        "1 where there is one, 3 where the database or Twilio cannot be reached. Run it as root. The two options may\n"
                        "stand in the configuration file.\n\n"
                        "  uzmfactl check\n"
                        "  uzmfactl check --httpd apache2ctl --url https://erp.example.com/\n");
        command->callback([this] { chosen_ = [this] { return check(common_, httpd_, url_); }; });
    }

    void add_user() {
        auto* const user = app_.add_subcommand("user", "Look at users and their second factors, help, reset and move them");
        user->require_subcommand(1);

        auto* const list = user->add_subcommand("list", "List all users");
        list->add_flag("--not-enrolled", only_not_enrolled_, "only those who have not enrolled");
        list->footer("\n  uzmfactl user list --not-enrolled    who has still to enroll\n");
        list->callback([this] { chosen_ = [this] { return list_users(common_, only_not_enrolled_); }; });

        auto* const show = add_user_command(*user, "show", "Show what is known of one user's second factor");
        show->footer("\n  uzmfactl user show alice\n");
        show->callback([this] { chosen_ = [this] { return show_user(common_, name_); }; });

        auto* const reset = add_user_command(*user, "reset", "Have a user enroll anew, say after the loss of a phone");
        reset->footer("\nForgets the user's factor and what waits to be confirmed, and ends all sessions. At Twilio all that it has of\n"
                      "the user is deleted; where it cannot be reached the user is reset all the same, and httpd makes the deletion\n"
                      "later. The user must remove the old entry from the authenticator app. Make sure first that it is the user who asks.\n\n"
                      "  uzmfactl user reset alice\n");
        reset->callback([this] { chosen_ = [this] { return reset_user(common_, name_); }; });

        auto* const skip =
            add_user_command(*user, "skip-next", "Let a user in once without a code, say with the phone left at home");
        add_hours(*skip, skip_lifetime, "within so many hours; later the skip has expired");
        skip->footer("\nThe next sign-in needs the password only; it ends the skip, whichever browser it is in. Only for users who are\n"
                     "enrolled. It opens no change of the second factor. Make sure first that it is the user who asks.\n\n"
                     "  uzmfactl user skip-next alice --hours 8\n");
        skip->callback([this] { chosen_ = [this] { return skip_next(common_, name_, std::chrono::hours{hours_}); }; });

        auto* const unlock = add_user_command(*user, "unlock", "End the wait that wrong codes have brought");
        unlock->footer("\nWrong codes, recovery codes too, are counted from the beginning. A wait ends by itself as well: user show says\n"
                       "when. What was closed by too many failures stays closed: then only user reset helps. Should the user know of no\n"
                       "wrong codes, somebody else has the password: have it changed.\n\n"
                       "  uzmfactl user unlock alice\n");
        unlock->callback([this] { chosen_ = [this] { return unlock_user(common_, name_); }; });

        auto* const code =
            add_user_command(*user, "temp-code", "Make a code that lets a user in once, say on a day without the phone");
        add_hours(*code, temporary_code_lifetime, "how long it may be used");
        code->footer("\nPrints the code, which is kept nowhere but as a digest; a new one ends the one before. The user types it on the\n"
                     "page for recovery codes, after the password. It changes no factor. Make sure first that it is the user who asks.\n\n"
                     "  uzmfactl user temp-code alice --hours 8\n");
        code->callback([this] { chosen_ = [this] { return make_temporary_code(common_, name_, std::chrono::hours{hours_}); }; });

        auto* const end = user->add_subcommand("end-sessions", "End all sessions of a user, or of everybody");
        auto* const whose = end->add_option("NAME", name_, "the user, exactly as in the table");
        auto* const all = end->add_flag("--all", ends_all_, "of everybody, yourself included");
        all->excludes(whose);
        end->footer("\nHolds on every node within two seconds, and after a restart. It changes no password and no factor: should somebody\n"
                    "else have them, have the password changed and the user reset.\n\n"
                    "  uzmfactl user end-sessions alice\n"
                    "  uzmfactl user end-sessions --all\n");
        end->callback([this, whose] {
            if (!ends_all_ && whose->count() == 0) throw CLI::RequiredError{"NAME or --all"};
            chosen_ = [this] { return ends_all_ ? end_all_sessions(common_) : end_sessions(common_, name_); };
        });

        auto* const add = add_user_command(*user, "add", "Add a user, on a site without an application of its own");
        add->footer("\nThe password is the first line of standard input; a terminal shows nothing of it, and it stands in no list of\n"
                    "processes. For the tables that schema --users makes. The user enrolls at the first sign-in.\n\n"
                    "  uzmfactl user add alice < password-file\n");
        add->callback([this] { chosen_ = [this] { return make_user(common_, name_); }; });

        auto* const move = add_user_command(*user, "move", "Move a user's factor to another validator; the app goes on as it is");
        move->add_option("--to", target_, "twilio; from there no way leads back but user reset")
            ->required()
            ->check(CLI::IsMember({"local", "twilio"}));
        move->footer("\nBrings the secret to Twilio and has it verified there; then it is no longer kept here. Where anything fails the\n"
                     "user signs in as before. Needs key-file and Twilio's credentials. httpd must run with UzmfaValidator twilio\n"
                     "for those who were moved, so move all users while nobody signs in, and change the directive then.\n\n"
                     "  uzmfactl user move alice --to twilio\n");
        move->callback([this] { chosen_ = [this] { return move_user(common_, name_, target_); }; });
    }

    void add_events() {
        auto* const command = app_.add_subcommand("events", "List what happened: sign-ins, wrong codes, enrollments, resets");
        command->add_option("--user", name_, "only those of this user, exactly as in the table")->type_name("NAME");
        command->add_option("--since", since_, "only those from then on: 30min, 24h, 7d ago, or since a day, 2026-01-31")
            ->type_name("WHEN")
            ->check([](const std::string& text) {
                return moment_of_since(text, {})
                           ? ""
                           : "'" + text + "' is neither a time such as 30min, 24h, 7d nor a day such as 2026-01-31";
            });
        command->footer("\nThe oldest first, in UTC. A user's are those under the name, and those of whoever has it now under a former\n"
                        "name. --json adds the browser and the user's uuid. The server keeps events for UzmfaEventRetention.\n\n"
                        "  uzmfactl events --since 24h                what happened since yesterday\n"
                        "  uzmfactl events --user alice --since 7d    why alice cannot sign in\n"
                        "  uzmfactl events --json > events.json       all, for a program\n");
        command->callback([this] { chosen_ = [this] { return list_events(common_, name_, since_); }; });
    }

    CLI::App* add_user_command(CLI::App& user, const char* name, const char* help) {
        auto* const command = user.add_subcommand(name, help);
        command->add_option("NAME", name_, "the user, exactly as in the table")->required();
        return command;
    }

    void add_hours(CLI::App& command, const Lifetime& lifetime, const char* help) {
        const auto usual = static_cast<int>(lifetime.usual.count()), most = static_cast<int>(lifetime.most.count());
        const auto said = std::string{help} + "; 1 to " + std::to_string(most) + ", without it " + std::to_string(usual);
        command.preparse_callback([this, usual](std::size_t) { hours_ = usual; });
        command.add_option("--hours", hours_, said)->type_name("HOURS")->check(CLI::Range(1, most));
    }

    Common common_{.config_file = default_tool_file};
    std::string file_;
    std::string driver_;
    std::string name_;
    std::string target_;
    std::string httpd_;
    std::string url_;
    bool adds_key_ = false;
    bool promotes_key_ = false;
    std::string since_;
    int hours_ = 0;
    bool with_users_ = false;
    bool upgrades_ = false;
    bool only_not_enrolled_ = false;
    bool ends_all_ = false;
    std::function<int()> chosen_;
    CLI::App app_{"Administers mod_uzmfa. Works without httpd running.", "uzmfactl"};
};

}  // namespace

int main(int argument_count, char** arguments) {
    apr_initialize();
    try {
        const int status = Commands{}.run(argument_count, arguments);
        if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return status;
        return complain("not all could be printed", exit_refused);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "uzmfactl: %s\n", failure.what());
        return exit_refused;
    }
}
