// SPDX-License-Identifier: Apache-2.0
#include "core/pages/recovery_codes.hpp"

#include <utility>

namespace uzmfa {

Result<std::vector<std::string>> new_recovery_codes(Call& call, std::string_view uuid) {
    std::vector<std::string> shown;
    std::vector<std::string> kept;
    for (int i = 0; i < call.site.recovery_codes; ++i) {
        shown.push_back(call.services.tokens.new_recovery_code());
        kept.push_back(call.services.tokens.one_time_code(shown.back())->text);
    }
    auto replaced = call.services.recovery_codes.replace(uuid, kept);
    if (!replaced) return replaced.error();
    // What was wrong so often were others.
    if (auto cleared = call.services.attempts.clear(uuid, AttemptKind::recovery); !cleared) return cleared.error();
    return shown;
}

Outcome with_recovery_codes(Call& call, Outcome outcome, const std::vector<std::string>& codes) {
    std::string lines;
    for (const auto& code : codes) lines += code + "\n";
    outcome.status = 200;
    const auto leads_to = std::exchange(outcome.location, {});
    outcome.page = page_of("recovery_codes", call, outcome.session ? outcome.session->id : call.session->id);
    outcome.page->with("recovery_codes", lines).with("continue", leads_to);
    return outcome;
}

}  // namespace uzmfa
