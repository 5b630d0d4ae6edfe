// SPDX-License-Identifier: Apache-2.0
// What the Twilio validator keeps besides the factors: implemented by store/, faked in tests.
#pragma once

#include "core/administration.hpp"
#include "core/moment.hpp"
#include "core/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace uzmfa::twilio {

// No more than `most` within `window`, which is a day and a minute at most.
struct Limit {
    int most;  // below 100
    seconds window;
};

class Quotas {
public:
    virtual ~Quotas() = default;

    // Counts one more under `name`, in one step for all processes and nodes. Where a limit is reached nothing is
    // counted, and the time until there is room is returned.
    virtual Result<std::optional<seconds>> take(std::string_view name, std::string_view uuid,
                                                std::span<const Limit> limits) = 0;
    // Takes the latest back: it came to nothing.
    virtual Result<Done> give_back(std::string_view name) = 0;
};

using uzmfa::OwedDeletion;

class OwedDeletions {
public:
    virtual ~OwedDeletions() = default;

    virtual Result<Done> owe(std::string_view uuid, std::string_view sid) = 0;
    virtual Result<std::vector<OwedDeletion>> due() = 0;  // a few of those that nobody is at
    virtual Result<std::vector<OwedDeletion>> of(std::string_view uuid) = 0;

    // True for one caller, who has a minute for it. The next try is due later each time.
    virtual Result<bool> claim(const OwedDeletion& deletion) = 0;
    virtual Result<Done> release(const OwedDeletion& deletion) = 0;  // not done: others may claim it
    virtual Result<Done> settle(const OwedDeletion& deletion) = 0;   // done
};

}  // namespace uzmfa::twilio
