// SPDX-License-Identifier: Apache-2.0
#include "crypto/run_program.hpp"
#include "test.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

namespace uzmfa::test {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

ProgramRun run(const std::string& script, std::string_view input = {}, std::size_t most = 100, bool is_bounded = false) {
    return run_program({.words = {"/bin/sh", "-c", script}, .input = input, .most = most, .is_bounded = is_bounded,
                        .tells_errors = true, .deadline = 5s});
}

TEST(words_end_at_blanks_and_are_kept_together_by_quotes) {
    CHECK_EQUAL(*words_of("/bin/a  b 'c d' \"e'f\"g"), (Words{"/bin/a", "b", "c d", "e'fg"}));
    CHECK_EQUAL(*words_of("a ''"), (Words{"a", ""}));
    CHECK_EQUAL(*words_of("$HOME `id` ;|&"), (Words{"$HOME", "`id`", ";|&"}));
    CHECK(words_of("").has_value() && words_of("  ")->empty());
    CHECK(!words_of("a 'b"));
}

TEST(a_program_gets_its_input_and_gives_its_output) {
    const std::string large(100'000, 'x');
    CHECK_EQUAL(text_of(run("cat", "one\ntwo").output), "one\ntwo");
    CHECK_EQUAL(text_of(run("wc -c", large).output), "100000\n");
    CHECK_EQUAL(run("cat; exit 3", "x").complaint, " ended with status 3");
    // Whether it reads it or not.
    CHECK_EQUAL(run("exit 0", large).complaint, "");
}

TEST(errors_are_output_where_that_is_wanted) { CHECK_EQUAL(text_of(run("echo out; echo oops >&2").output), "out\noops\n"); }

TEST(the_rest_of_a_long_output_is_thrown_away_or_ends_the_program) {
    const auto patient = run("head -c 1000000 /dev/zero; exit 4", {}, 10);
    CHECK_EQUAL(patient.output.size(), 10);
    CHECK(patient.is_cut);
    CHECK_EQUAL(patient.complaint, " ended with status 4");
    const auto strict = run("yes", {}, 10, true);
    CHECK(strict.is_cut);
    CHECK_EQUAL(strict.complaint, "");
}

TEST(a_program_gets_no_descriptor_of_ours) {
    const int open_file = open("/dev/null", O_RDONLY);  // without O_CLOEXEC
    CHECK_EQUAL(text_of(run("ls -l /proc/self/fd | grep -c ' [3-9] -> /dev/null'", "x").output), "0\n");
    close(open_file);
}

TEST(a_program_can_be_stopped) {
    std::atomic<bool> stops{false};
    std::thread stopper{[&] {
        std::this_thread::sleep_for(200ms);
        stops = true;
    }};
    const auto begin = std::chrono::steady_clock::now();
    for (const auto* script : {"sleep 60", "exec >/dev/null 2>&1; sleep 60"}) {
        CHECK_EQUAL(run_program({.words = {"/bin/sh", "-c", script}, .deadline = 60s, .stops = &stops}).complaint,
                    " was stopped");
    }
    CHECK(std::chrono::steady_clock::now() - begin < 20s);
    stopper.join();
}

TEST(a_program_that_closes_its_output_and_goes_on_takes_too_long) {
    const auto begin = std::chrono::steady_clock::now();
    CHECK_EQUAL(run_program({.words = {"/bin/sh", "-c", "exec >/dev/null 2>&1; sleep 60"}, .deadline = 300ms}).complaint,
                " takes too long");
    CHECK(std::chrono::steady_clock::now() - begin < 20s);
}

TEST(without_a_descriptor_left_no_program_is_run) {
    const TemporaryFolder folder;
    const auto trace = folder.path() + "/trace";
    const int free = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(free);
    rlimit before{};
    CHECK_EQUAL(getrlimit(RLIMIT_NOFILE, &before), 0);
    const auto run_with = [&](int left, std::string_view input) {
        const rlimit few{static_cast<rlim_t>(free + left), before.rlim_max};
        CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &few), 0);
        std::string complaint;
        try {
            complaint = run("touch " + trace, input).complaint;
        } catch (const std::runtime_error& error) {
            complaint = error.what();
        }
        CHECK_EQUAL(setrlimit(RLIMIT_NOFILE, &before), 0);
        return complaint;
    };
    CHECK_EQUAL(run_with(1, {}), ": Too many open files");
    CHECK_EQUAL(run_with(2, "input"), "memfd_create");
    CHECK(access(trace.c_str(), F_OK) != 0);
    CHECK_EQUAL(run("touch " + trace, "input").complaint, "");
    CHECK_EQUAL(access(trace.c_str(), F_OK), 0);
}

TEST(a_program_that_is_not_there_is_a_complaint) {
    CHECK_EQUAL(run_program({.words = {"/none"}, .deadline = 1s}).complaint, ": No such file or directory");
}

}  // namespace
}  // namespace uzmfa::test
