// SPDX-License-Identifier: Apache-2.0
#include "crypto/secret_source.hpp"

#include "crypto/descriptor.hpp"
#include "crypto/secret_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace uzmfa {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

static_assert(largest_secret == 4096, "complaints say so");

constexpr std::string_view file_prefix = "file:";
constexpr std::string_view exec_prefix = "exec:";

Error misconfigured(std::string detail) { return {ErrorKind::misconfigured, std::move(detail)}; }

// `origin` is what gave the text.
Result<SecretBytes> checked(SecretBytes text, const std::string& origin) {
    if (!text.empty() && text.back() == '\n') text.pop_back();
    if (const auto complaint = complaint_about_secret(text_of(text)); !complaint.empty()) {
        return misconfigured("what " + origin + " gives " + std::string{complaint});
    }
    return text;
}

Result<SecretBytes> secret_of_file(const std::string& path) {
    if (!path.starts_with('/')) return misconfigured("file: needs an absolute path");
    auto text = read_secret_file(path, largest_secret + 1, shared_file_rule);
    if (!text) return text;
    return checked(std::move(*text), path);
}

// --- exec: ---

// Nothing where a quote is not closed.
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
    std::string complaint_at_end(Clock::time_point end) {
        int status = 0;
        for (;;) {
            const auto waited = wait(status, WNOHANG);
            if (waited < 0) return std::string{"ended, but its status is lost: "} + std::strerror(errno);
            if (waited > 0) break;
            if (Clock::now() >= end) return "takes too long";
            poll(nullptr, 0, 5);
        }
        if (WIFSIGNALED(status)) return "was killed by signal " + std::to_string(WTERMSIG(status));
        if (WEXITSTATUS(status) != 0) return "ended with status " + std::to_string(WEXITSTATUS(status));
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

// The number of the process, or why there is none.
Result<pid_t> spawn(std::vector<std::string>& words, int output) {
    FileActions files;
    require(posix_spawn_file_actions_adddup2(&files.all, output, STDOUT_FILENO));
    require(posix_spawn_file_actions_addopen(&files.all, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
    SpawnAttributes attributes;
    sigset_t none, every;
    sigemptyset(&none);
    sigfillset(&every);
    require(posix_spawnattr_setsigmask(&attributes.all, &none));
    require(posix_spawnattr_setsigdefault(&attributes.all, &every));
    require(posix_spawnattr_setpgroup(&attributes.all, 0));
    require(posix_spawnattr_setflags(&attributes.all, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::string path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    char* const environment[] = {path.data(), nullptr};
    pid_t pid = 0;
    const int error = posix_spawn(&pid, arguments[0], &files.all, &attributes.all, arguments.data(), environment);
    if (error != 0) return misconfigured(std::strerror(error));
    return pid;
}

// Reads until the other end is closed. The complaint is empty where that was in time and within size.
std::string read_output(int input, SecretBytes& output, Clock::time_point end) {
    output.resize(largest_secret + 2);  // a newline, and one byte that is too many
    std::size_t length = 0;
    while (length < output.size()) {
        const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
        if (left.count() <= 0) return "takes too long";
        pollfd wanted{input, POLLIN, 0};
        if (poll(&wanted, 1, static_cast<int>(left.count())) <= 0) continue;
        const auto count = read(input, output.data() + length, output.size() - length);
        if (count < 0 && errno != EINTR) return std::string{"cannot be read: "} + std::strerror(errno);
        if (count == 0) {
            output.resize(length);
            return {};
        }
        if (count > 0) length += static_cast<std::size_t>(count);
    }
    return "says too much: a secret may have 4096 bytes";
}

Result<SecretBytes> secret_of_command(std::string_view command, milliseconds deadline) {
    auto words = words_of(command);
    if (!words) return misconfigured("exec: has a quote that is not closed");
    if (words->empty() || !words->front().starts_with('/')) return misconfigured("exec: needs the absolute path of a program");
    const std::string program = words->front();
    std::array<int, 2> ends;
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return misconfigured(std::string{"exec: "} + std::strerror(errno));
    const Descriptor input{ends[0]};
    Descriptor output{ends[1]};
    const auto end = Clock::now() + deadline;
    const auto pid = spawn(*words, output.number());
    if (!pid) return misconfigured(program + ": " + pid.error().detail);
    Child child{*pid};
    output.reset();
    SecretBytes text;
    auto complaint = read_output(input.number(), text, end);
    if (complaint.empty()) complaint = child.complaint_at_end(end);
    if (!complaint.empty()) return misconfigured(program + " " + complaint);
    return checked(std::move(text), program);
}

}  // namespace

std::string_view complaint_about_secret(std::string_view text) {
    const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
    if (text.empty()) return "is empty";
    if (text.size() > largest_secret) return "is too large: a secret may have 4096 bytes";
    if (text.front() == ' ' || text.back() == ' ') return "has blanks around it";
    if (std::any_of(text.begin(), text.end(), is_control)) return "has a control character";
    return {};
}

Result<SecretBytes> secret_from(std::string_view text, milliseconds deadline) {
    if (const auto complaint = complaint_about_secret(text); !complaint.empty()) return misconfigured(std::string{complaint});
    if (text.starts_with(file_prefix)) return secret_of_file(std::string{text.substr(file_prefix.size())});
    if (text.starts_with(exec_prefix)) return secret_of_command(text.substr(exec_prefix.size()), deadline);
    return secret_bytes(text);
}

}  // namespace uzmfa
