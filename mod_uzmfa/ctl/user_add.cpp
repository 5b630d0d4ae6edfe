// SPDX-License-Identifier: Apache-2.0
#include "ctl/users.hpp"
#include "store/account_store.hpp"
#include "store/new_account.hpp"

#include <termios.h>
#include <unistd.h>

#include <cstdio>

namespace uzmfa {
namespace {

// A terminal shows nothing of what is typed.
class WithoutEcho {
public:
    WithoutEcho() {
        if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
        auto silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        is_silent_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    ~WithoutEcho() {
        if (is_silent_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    WithoutEcho(const WithoutEcho&) = delete;
    WithoutEcho& operator=(const WithoutEcho&) = delete;

private:
    termios before_{};
    bool is_silent_ = false;
};

// The first line of standard input; of a longer one, its beginning. Unbuffered, so that no copy stays.
SecretBytes read_line() {
    SecretBytes line;
    for (std::uint8_t byte = 0; line.size() <= longest_password && read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n';) {
        line.push_back(byte);
    }
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
}

SecretBytes ask(const char* question) {
    std::fputs(question, stderr);
    const WithoutEcho silence;
    auto line = read_line();
    std::fputs("\n", stderr);
    return line;
}

}  // namespace

int make_user(const Common& common, const std::string& name) {
    const auto [tool, status] = open_tool(common);
    if (!tool) return status;
    const auto shown = printable(name);
    if (!is_user_name(name) || printable(name) != name) return complain("'" + shown + "' cannot be a user's name", exit_refused);
    const auto there = AccountStore{tool->database()}.find(name);
    if (!there) return tool->failed(there.error());
    const auto taken = [&] { return complain("there is a user '" + shown + "' already: nothing was changed", exit_refused); };
    if (*there) return taken();

    const bool is_typed = isatty(STDIN_FILENO) != 0;
    const auto password = is_typed ? ask("Password: ") : read_line();
    if (is_typed && ask("The same again: ") != password) {
        return complain("the two are not the same: nothing was changed", exit_refused);
    }
    const auto hash = bcrypt_hash(text_of(password));
    if (!hash) {
        return complain("the password, a line of standard input, must have 1 to " + std::to_string(longest_password) + " bytes",
                        exit_refused);
    }
    const auto added = add_account(tool->database(), name, *hash, administrator());
    if (!added) return tool->failed(added.error());
    if (*added == Added::name_is_taken) return taken();
    if (*added == Added::no_company) {
        return complain("no company is enabled in system_companies, so nobody could sign in: nothing was changed", exit_refused);
    }
    return print_done(common, *tool, name, shown + " may sign in with that password, and enrolls then.");
}

}  // namespace uzmfa
