// SPDX-License-Identifier: Apache-2.0
#include "httpd/password_turn.hpp"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

namespace uzmfa {
namespace {

using Clock = std::chrono::steady_clock;  // one for all processes of a machine
using std::chrono::milliseconds;

constexpr milliseconds longest_wait{5000};
constexpr milliseconds longest_pause{40};
constexpr milliseconds shortest_pause{4};

// Those that this process may use: a container or a taskset may leave it few.
std::size_t processors() {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<std::size_t>(CPU_COUNT(&set));
    return std::thread::hardware_concurrency();
}

bool is_gone(std::uint32_t process) { return kill(static_cast<pid_t>(process), 0) != 0 && errno == ESRCH; }

// Who has waited long looks more often, and so comes before those who have just come.
milliseconds pause_after(milliseconds waited) {
    return std::max(shortest_pause, longest_pause - waited * longest_pause.count() / (longest_wait.count() / 2));
}

}  // namespace

PasswordTurn::PasswordTurn(PasswordSlots& slots) : slots_{slots} {
    const auto count = PasswordSlots::count_on(processors());
    const auto start = Clock::now();
    for (auto now = start; now - start <= longest_wait; now = Clock::now()) {
        turn_ = slots_.take(count, static_cast<std::uint32_t>(getpid()), std::chrono::floor<seconds>(now.time_since_epoch()),
                            is_gone);
        if (turn_) return;
        std::this_thread::sleep_for(pause_after(std::chrono::floor<milliseconds>(now - start)));
    }
}

PasswordTurn::~PasswordTurn() {
    if (turn_) slots_.give_back(*turn_);
}

}  // namespace uzmfa
