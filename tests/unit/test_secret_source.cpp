// SPDX-License-Identifier: Apache-2.0
#include "crypto/secret_source.hpp"
#include "test.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <thread>

namespace uzmfa::test {
namespace {

using namespace std::string_view_literals;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::string secret(std::string_view text) { return std::string{text_of(VALUE(secret_from(text)))}; }

std::string complaint_about(std::string_view text, std::chrono::milliseconds deadline = longest_run) {
    const auto error = ERROR_OF(secret_from(text, deadline));
    CHECK(error.kind == ErrorKind::misconfigured);
    return error.detail;
}

// A program of the test's own, as exec: takes it.
std::string program(const TemporaryFolder& folder, std::string_view script) {
    return "exec:" + folder.file("program", "#!/bin/sh\n" + std::string{script} + "\n", 0700);
}

std::string content_of(const std::string& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(a_text_is_a_secret_itself) {
    for (const auto text : {"x"sv, "Q3v8=="sv, "with a blank"sv, "File:/x"sv, "exec"sv, "\xc3\xa9"sv, "'x'"sv}) {
        CHECK_EQUAL(secret(text), text);
    }
    CHECK_EQUAL(secret(std::string(4096, 'x')).size(), 4096);
}

TEST(a_text_that_cannot_be_a_secret_is_refused) {
    CHECK_EQUAL(complaint_about(""), "is empty");
    for (const auto text : {" "sv, " sesame"sv, "sesame "sv, " file:/x"sv, "file:/x "sv, "exec:/bin/echo "sv}) {
        CHECK_EQUAL(complaint_about(text), "has blanks around it");
    }
    for (const auto text :
         {"ses\0ame"sv, "sesame\n"sv, "\tsesame"sv, "ses\x7f"sv, "ses\x1b"sv, "file:/x\0y"sv, "exec:/bin/echo\tx"sv}) {
        CHECK_EQUAL(complaint_about(text), "has a control character");
    }
    CHECK_CONTAINS(complaint_about(std::string(4097, 'x')), "is too large");
}

// --- file: ---

TEST(a_secret_is_read_from_a_file) {
    const TemporaryFolder folder;
    for (const unsigned mode : {0600u, 0400u, 0640u, 0440u}) {
        CHECK_EQUAL(secret("file:" + folder.file("token" + std::to_string(mode), "sesame\n", mode)), "sesame");
    }
    CHECK_EQUAL(secret("file:" + folder.file("no newline", "ses ame")), "ses ame");
    const std::string largest(4096, 'x');
    CHECK_EQUAL(secret("file:" + folder.file("largest", largest)), largest);
    CHECK_EQUAL(secret("file:" + folder.file("largest", largest + "\n")), largest);
}

TEST(a_file_without_a_secret_is_refused_and_not_shown) {
    const TemporaryFolder folder;
    const struct {
        std::string_view text;
        std::string_view complaint;
    } cases[] = {{"", " gives is empty"},
                 {"\n", " gives is empty"},
                 {" sesame\n", " gives has blanks around it"},
                 {"sesame \n", " gives has blanks around it"},
                 {"sesame\n\n", " gives has a control character"},
                 {"sesame\r\n", " gives has a control character"},
                 {"ses\name\n", " gives has a control character"},
                 {"ses\0ame\n"sv, " gives has a control character"}};
    for (const auto& [text, complaint] : cases) {
        const Case at{text};
        const auto path = folder.file("token", text);
        const auto detail = complaint_about("file:" + path);
        CHECK_CONTAINS(detail, path + std::string{complaint});
        CHECK_LACKS(detail, "ses");
    }
    CHECK_CONTAINS(complaint_about("file:" + folder.file("over", std::string(4097, 'x'))), "is too large");
    CHECK_CONTAINS(complaint_about("file:" + folder.file("over", std::string(4097, 'x') + "\n")), "is too large");
}

TEST(a_file_of_a_secret_keeps_the_rule_of_shared_files) {
    const TemporaryFolder folder;
    for (const unsigned mode : {0644u, 0604u, 0660u, 0602u, 0777u}) {
        const auto path = folder.file("token" + std::to_string(mode), "sesame", mode);
        CHECK_CONTAINS(complaint_about("file:" + path), path + " is too open");
    }
    CHECK_CONTAINS(complaint_about("file:" + folder.path()), "is not a regular file");
    CHECK_CONTAINS(complaint_about("file:" + folder.path() + "/none"), folder.path() + "/none: ");
}

TEST(a_file_is_named_by_an_absolute_path) {
    for (const auto text : {"file:"sv, "file:token"sv, "file:./token"sv, "file: /token"sv}) {
        CHECK_EQUAL(complaint_about(text), "file: needs an absolute path");
    }
}

// --- exec: ---

TEST(a_secret_is_what_a_program_prints) {
    CHECK_EQUAL(secret("exec:/bin/echo sesame"), "sesame");
    CHECK_EQUAL(secret("exec:/bin/echo -n sesame"), "sesame");
    CHECK_EQUAL(secret("exec:  /bin/echo   ses   ame"), "ses ame");
}

TEST(words_of_a_command_may_be_quoted) {
    const TemporaryFolder folder;
    const auto path = program(folder, "for word; do printf '[%s]' \"$word\"; done");
    CHECK_EQUAL(secret(path + " 'a  b' \"c  d\" e"), "[a  b][c  d][e]");
    CHECK_EQUAL(secret(path + " a'b c'\"d e\"f"), "[ab cd ef]");
    CHECK_EQUAL(secret(path + " '' \"\""), "[][]");
    CHECK_EQUAL(secret(path + " '\"' \"'\" \\"), "[\"]['][\\]");
    CHECK_EQUAL(secret(path + " $HOME * ; | `id` ${PATH} ~ &"), "[$HOME][*][;][|][`id`][${PATH}][~][&]");
    for (const auto text : {" 'x", " \"x", " x'", " '\""}) {
        CHECK_EQUAL(complaint_about(path + text), "exec: has a quote that is not closed");
    }
}

TEST(a_program_is_named_by_an_absolute_path) {
    for (const auto text : {"exec:"sv, "exec:echo x"sv, "exec:./echo"sv, "exec:''"sv, "exec:\"\" /bin/echo"sv}) {
        CHECK_EQUAL(complaint_about(text), "exec: needs the absolute path of a program");
    }
}

TEST(a_program_that_does_not_run_is_named) {
    const TemporaryFolder folder;
    CHECK_CONTAINS(complaint_about("exec:" + folder.path() + "/none sesame"), folder.path() + "/none: No such file");
    CHECK_CONTAINS(complaint_about("exec:" + folder.path()), folder.path() + ": Permission denied");
    const auto text = folder.file("text", "sesame", 0600);
    CHECK_CONTAINS(complaint_about("exec:" + text), text + ": Permission denied");
}

TEST(a_program_gets_PATH_and_nothing_else) {
    setenv("UZMFA_SESAME", "1", 1);
    const auto environment = secret("exec:/usr/bin/env");
    CHECK_EQUAL(environment, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
}

TEST(a_program_has_no_input_and_no_signal_blocked_or_ignored) {
    const TemporaryFolder folder;
    signal(SIGPIPE, SIG_IGN);
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, nullptr);
    CHECK_EQUAL(secret(program(folder, "cat; readlink /proc/self/fd/0")), "/dev/null");
    CHECK_CONTAINS(complaint_about(program(folder, "kill -TERM $$; echo sesame")), "was killed by signal 15");
    CHECK_CONTAINS(complaint_about(program(folder, "kill -PIPE $$; echo sesame")), "was killed by signal 13");
}

TEST(a_program_that_fails_is_named_and_what_it_printed_is_not_shown) {
    const TemporaryFolder folder;
    const struct {
        std::string_view script;
        std::string_view complaint;
    } cases[] = {{"echo sesame; exit 1", " ended with status 1"},
                 {"echo sesame; exit 255", " ended with status 255"},
                 {"echo sesame; kill -9 $$", " was killed by signal 9"},
                 {":", " gives is empty"},
                 {"echo", " gives is empty"},
                 {"echo ' sesame'", " gives has blanks around it"},
                 {"echo sesame; echo sesame", " gives has a control character"}};
    for (const auto& [script, complaint] : cases) {
        const Case at{script};
        const auto command = program(folder, script);
        const auto detail = complaint_about(command + " sesame");
        CHECK_CONTAINS(detail, command.substr(5) + std::string{complaint});
        CHECK_LACKS(detail, "ses");
    }
}

TEST(a_program_may_print_4_KiB_and_a_newline) {
    const TemporaryFolder folder;
    const auto printing = [&](const std::string& count, const std::string& more = "") {
        return program(folder, "head -c " + count + " /dev/zero | tr '\\0' x" + more);
    };
    CHECK_EQUAL(secret(printing("4096")).size(), 4096);
    CHECK_EQUAL(secret(printing("4096", "; echo")).size(), 4096);
    CHECK_CONTAINS(complaint_about(printing("4097")), "is too large");
    CHECK_CONTAINS(complaint_about(printing("4098")), "says too much");
    CHECK_CONTAINS(complaint_about("exec:/usr/bin/yes"), "/usr/bin/yes says too much");
}

// Whether the process is over: a zombie is.
bool is_over(const std::string& pid) {
    for (int i = 0; i < 200; ++i) {
        std::string status = content_of("/proc/" + pid + "/stat");
        if (status.empty() || status.find(") Z ") != status.npos) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

TEST(a_program_that_takes_too_long_is_killed_with_all_it_started) {
    const TemporaryFolder folder;
    const auto started = folder.path() + "/started";
    const std::string note = "sleep 60 & echo $! >" + started + "; echo sesame; ";
    const std::string_view endings[] = {"wait", "exit 0", "exec >/dev/null; sleep 60", "trap '' TERM HUP INT; sleep 60"};
    for (const auto ending : endings) {
        const Case at{ending};
        const auto command = program(folder, note + std::string{ending});
        const auto begin = Clock::now();
        CHECK_CONTAINS(complaint_about(command, 300ms), command.substr(5) + " takes too long");
        CHECK(Clock::now() - begin >= 300ms);
        CHECK(Clock::now() - begin < 5s);
        auto pid = content_of(started);
        pid.pop_back();
        CHECK(is_over(pid));
        CHECK_EQUAL(waitpid(-1, nullptr, WNOHANG), -1);
        CHECK_EQUAL(errno, ECHILD);
    }
}

// As an agent of gpg, say.
TEST(what_a_program_leaves_running_behind_it_goes_on) {
    const TemporaryFolder folder;
    const auto started = folder.path() + "/started";
    CHECK_EQUAL(secret(program(folder, "sleep 60 >/dev/null 2>&1 & echo $! >" + started + "; echo sesame")), "sesame");
    const auto pid = std::stoi(content_of(started));
    CHECK_EQUAL(kill(pid, 0), 0);
    kill(pid, SIGKILL);
}

TEST(other_children_are_left_to_who_waits_for_them) {
    const pid_t other = fork();
    if (other == 0) _exit(7);
    CHECK_EQUAL(secret("exec:/bin/echo sesame"), "sesame");
    int status = 0;
    CHECK_EQUAL(waitpid(other, &status, 0), other);
    CHECK_EQUAL(WEXITSTATUS(status), 7);
}

TEST(a_signal_that_arrives_does_not_end_the_wait) {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigaction(SIGALRM, &action, nullptr);
    sigaction(SIGCHLD, &action, nullptr);
    const TemporaryFolder folder;
    alarm(1);
    CHECK_EQUAL(secret(program(folder, "sleep 1.3; echo sesame; exec >&-; sleep 0.2")), "sesame");
}

// A parent can leave SIGCHLD ignored to httpd.
TEST(a_status_that_the_kernel_threw_away_is_not_success) {
    signal(SIGCHLD, SIG_IGN);
    CHECK_CONTAINS(complaint_about("exec:/bin/echo sesame"), "/bin/echo ended, but its status is lost");
}

TEST(no_descriptor_is_left_open) {
    const auto lowest = dup(0);
    close(lowest);
    static_cast<void>(secret("exec:/bin/echo sesame"));
    static_cast<void>(complaint_about("exec:/none"));
    static_cast<void>(complaint_about("file:/none"));
    const auto again = dup(0);
    CHECK_EQUAL(again, lowest);
}

TEST(a_process_without_standard_descriptors_runs_programs_too) {
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    CHECK_EQUAL(secret("exec:/bin/echo sesame"), "sesame");
}

}  // namespace
}  // namespace uzmfa::test
