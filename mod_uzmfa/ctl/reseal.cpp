// SPDX-License-Identifier: Apache-2.0
#include "crypto/keys.hpp"
#include "ctl/terminal.hpp"
#include "ctl/users.hpp"
#include "store/sealed_secrets.hpp"

#include <cstdio>

namespace uzmfa {
namespace {

struct Counts {
    std::int64_t seen = 0;
    std::int64_t resealed = 0;
    std::int64_t changed = 0;  // by somebody else meanwhile
    std::vector<std::string> unopened;  // users

    std::int64_t current() const { return seen - resealed - changed - static_cast<std::int64_t>(unopened.size()); }
};

Result<Done> reseal_all(Database& database, const Sealer& sealer, bool shows_progress, Counts& counts) {
    SealedSecrets secrets{database};
    const auto total = secrets.count();
    if (!total) return total.error();
    Progress progress{"secrets", *total, shows_progress};
    return secrets.for_each([&](const SealedSecret& secret) -> Result<Done> {
        progress.show(++counts.seen);
        const auto opened = secret.open(sealer);
        if (!opened) {
            counts.unopened.push_back(secret.username);
            return Done{};
        }
        if (opened->key == 0) return Done{};
        auto resealed = secrets.reseal(secret, sealer, opened->plain);
        if (!resealed) {
            --counts.seen;
            return resealed.error();
        }
        ++(*resealed ? counts.resealed : counts.changed);
        return Done{};
    });
}

void print_counts(const Counts& counts, bool as_json) {
    if (as_json) {
        return print(JsonObject{}
                         .add("resealed", counts.resealed)
                         .add("current", counts.current())
                         .add("changed_meanwhile", counts.changed)
                         .add("unopened", json_array_of(counts.unopened))
                         .take());
    }
    const auto line = [](std::int64_t count, const char* what) {
        std::printf("%6lld %s\n", static_cast<long long>(count), what);
    };
    line(counts.resealed, "sealed anew under the first key");
    line(counts.current(), "were sealed under it already");
    if (counts.changed > 0) line(counts.changed, "changed meanwhile, and were left alone: run it again");
    if (!counts.unopened.empty()) line(static_cast<std::int64_t>(counts.unopened.size()), "do not open");
}

int stopped(Tool& tool, const Counts& counts, const Error& error) {
    if (counts.resealed == 0) return tool.failed(error);
    return complain("stopped after " + std::to_string(counts.resealed) + " secrets were sealed anew: " + in_words_of_tool(error.detail) +
                        "\nWhat is done is done. Run it again for the rest.",
                    tool.answers() ? exit_refused : exit_unreachable);
}

}  // namespace

int reseal(const Common& common) {
    const auto [tool, status] = open_tool(common);
    if (!tool) return status;
    const auto keys = keys_of(tool->settings());
    if (!keys) return tool->failed(keys.error());

    Counts counts;
    const auto done = reseal_all(tool->database(), Sealer{*keys, use::totp_secret}, !common.as_json, counts);
    for (const auto& user : counts.unopened) {
        complain("a secret of " + printable(user) +
                     " does not open: its key is not in the file, or the row was changed. Put the key back as "
                     "the last line, or let the user enroll anew: user reset",
                 exit_refused);
    }
    if (!done) return stopped(*tool, counts, done.error());
    print_counts(counts, common.as_json);
    return counts.unopened.empty() ? exit_done : exit_refused;
}

}  // namespace uzmfa
