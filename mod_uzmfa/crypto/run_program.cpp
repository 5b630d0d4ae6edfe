// SPDX-License-Identifier: Apache-2.0
#include "crypto/run_program.hpp"

#include "crypto/descriptor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace uzmfa {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds longest_pause{100};

// Why nobody waits any longer; empty where one does.
std::string complaint_at(Clock::time_point now, const Program& program, Clock::time_point end) {
    if (program.stops && *program.stops) return " was stopped";
    return now >= end ? " takes too long" : "";
}

void require(int error) {
    if (error != 0) throw std::runtime_error{std::string{"posix_spawn: "} + std::strerror(error)};
}

struct FileActions {
    posix_spawn_file_actions_t all;
    FileActions() { require(posix_spawn_file_actions_init(&all)); }
    ~FileActions() { posix_spawn_file_actions_destroy(&all); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
};

struct SpawnAttributes {
    posix_spawnattr_t all;
    SpawnAttributes() { require(posix_spawnattr_init(&all)); }
    ~SpawnAttributes() { posix_spawnattr_destroy(&all); }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;
};

// A program in a process group of its own. It is killed and waited for where nobody waited before.
class Child {
public:
    explicit Child(pid_t pid) : pid_{pid} {}
    ~Child() {
        // Only until it is waited for is the number its own, whoever waits: with SIGCHLD ignored the kernel does.
        siginfo_t ignored;
        if (pid_ <= 0 || waitid(P_PID, static_cast<id_t>(pid_), &ignored, WEXITED | WNOHANG | WNOWAIT) != 0) return;
        kill(-pid_, SIGKILL);
        int status = 0;
        wait(status, 0);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    // Why the program gave nothing, empty where it ended well.
    std::string complaint_at_end(const Program& program, Clock::time_point end) {
        int status = 0;
        for (;;) {
            const auto waited = wait(status, WNOHANG);
            if (waited < 0) return std::string{" ended, but its status is lost: "} + std::strerror(errno);
            if (waited > 0) break;
            if (auto complaint = complaint_at(Clock::now(), program, end); !complaint.empty()) return complaint;
            poll(nullptr, 0, 5);
        }
        if (WIFSIGNALED(status)) return " was killed by signal " + std::to_string(WTERMSIG(status));
        if (WEXITSTATUS(status) != 0) return " ended with status " + std::to_string(WEXITSTATUS(status));
        return {};
    }

private:
    // For this process alone: httpd waits for its own children itself.
    pid_t wait(int& status, int options) {
        pid_t waited;
        do waited = waitpid(pid_, &status, options);
        while (waited < 0 && errno == EINTR);
        if (waited != 0) pid_ = 0;
        return waited;
    }

    pid_t pid_;
};

// A file that has no name and holds the text: no pipe, whose other end somebody must feed. Above the standard
// descriptors, which may be closed here.
int file_of(std::string_view text) {
    const Descriptor file{memfd_create("input", MFD_CLOEXEC)};
    const bool is_whole = write(file.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (!is_whole || lseek(file.number(), 0, SEEK_SET) != 0) throw std::runtime_error{"memfd_create"};
    return fcntl(file.number(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

// The number of the process; nothing, and errno, where there is none.
std::optional<pid_t> spawn(const Program& program, int input, int output) {
    FileActions files;
    require(posix_spawn_file_actions_adddup2(&files.all, output, STDOUT_FILENO));
    if (program.tells_errors) require(posix_spawn_file_actions_adddup2(&files.all, STDOUT_FILENO, STDERR_FILENO));
    if (input >= 0) require(posix_spawn_file_actions_adddup2(&files.all, input, STDIN_FILENO));
    else require(posix_spawn_file_actions_addopen(&files.all, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
#if __GLIBC_PREREQ(2, 34)
    require(posix_spawn_file_actions_addclosefrom_np(&files.all, STDERR_FILENO + 1));
#endif
    SpawnAttributes attributes;
    sigset_t none, every;
    sigemptyset(&none);
    sigfillset(&every);
    require(posix_spawnattr_setsigmask(&attributes.all, &none));
    require(posix_spawnattr_setsigdefault(&attributes.all, &every));
    require(posix_spawnattr_setpgroup(&attributes.all, 0));
    require(posix_spawnattr_setflags(&attributes.all, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
    auto words = program.words;
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::string path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    char* const environment[] = {path.data(), nullptr};
    pid_t pid = 0;
    errno = posix_spawn(&pid, arguments[0], &files.all, &attributes.all, arguments.data(), environment);
    return errno == 0 ? std::optional{pid} : std::nullopt;
}

// Reads until the other end is closed, or says as much as it may. The complaint is empty where that was in time.
std::string read_output(int from, const Program& program, ProgramRun& run, Clock::time_point end) {
    SecretBytes piece(1024);
    for (;;) {
        const auto now = Clock::now();
        if (auto complaint = complaint_at(now, program, end); !complaint.empty()) return complaint;
        const auto pause = std::min(std::chrono::ceil<milliseconds>(end - now), longest_pause);
        pollfd wanted{from, POLLIN, 0};
        if (poll(&wanted, 1, static_cast<int>(pause.count())) <= 0) continue;
        const auto count = read(from, piece.data(), piece.size());
        if (count < 0 && errno != EINTR) return std::string{" cannot be read: "} + std::strerror(errno);
        if (count == 0) return {};
        const auto kept = std::min(count < 0 ? 0 : static_cast<std::size_t>(count), program.most - run.output.size());
        run.output.insert(run.output.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(kept));
        run.is_cut = run.is_cut || run.output.size() == program.most;
        if (program.is_bounded && run.is_cut) return {};
    }
}

}  // namespace

std::optional<std::vector<std::string>> words_of(std::string_view command) {
    std::vector<std::string> words;
    bool is_inside = false;
    char quote = '\0';
    for (const char c : command) {
        if (quote == '\0' && c == ' ') {
            is_inside = false;
            continue;
        }
        if (!is_inside) words.emplace_back();
        is_inside = true;
        if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == quote) {
            quote = '\0';
        } else {
            words.back() += c;
        }
    }
    if (quote != '\0') return std::nullopt;
    return words;
}

ProgramRun run_program(const Program& program) {
    ProgramRun run;
    run.output.reserve(program.most);
    std::array<int, 2> ends;
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return {.complaint = std::string{": "} + std::strerror(errno), .output = {}};
    const Descriptor from{ends[0]};
    Descriptor output{ends[1]};
    Descriptor input{program.input.empty() ? -1 : file_of(program.input)};
    const auto end = Clock::now() + program.deadline;
    const auto pid = spawn(program, input.number(), output.number());
    if (!pid) return {.complaint = std::string{": "} + std::strerror(errno), .output = {}};
    Child child{*pid};
    output.reset();
    input.reset();
    run.complaint = read_output(from.number(), program, run, end);
    // What says too much is killed.
    if (run.complaint.empty() && !(program.is_bounded && run.is_cut)) run.complaint = child.complaint_at_end(program, end);
    return run;
}

}  // namespace uzmfa
