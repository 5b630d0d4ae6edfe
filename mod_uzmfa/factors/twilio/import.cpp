// SPDX-License-Identifier: Apache-2.0
#include "factors/twilio/import.hpp"

namespace uzmfa::twilio {
namespace {

Error refused(std::string detail) { return {ErrorKind::provider_refuses, std::move(detail)}; }

Error error_of(const Refusal& refusal, std::string_view what) {
    if (refusal.meaning == Meaning::wait) {
        return {ErrorKind::provider_limit, "Twilio takes no more new factors of this user for a while", refusal.wait};
    }
    if (refusal.meaning == Meaning::full) return refused("Twilio keeps 100 factors of a user, and this one has as many");
    if (refusal.meaning == Meaning::gone) return refused("Twilio knows no such service");
    return refused(std::string{what});
}

bool has_the_secret_already(const Answer<NewFactor>& made) {
    const auto* const refusal = made ? std::get_if<Refusal>(&*made) : nullptr;
    return refusal && refusal->meaning == Meaning::same_secret;
}

Result<Done> delete_all(const Import& import, Api& api) {
    auto listed = api.list_factors(import.identity);
    if (!listed) return listed.error();
    const auto* const factors = std::get_if<std::vector<FactorRow>>(&*listed);
    if (!factors) return refused("Twilio does not list the user's factors");
    for (const auto& factor : *factors) {
        auto deleted = api.delete_factor(import.identity, factor.sid);
        if (!deleted) return deleted.error();
        if (!std::holds_alternative<Done>(*deleted)) return refused("Twilio does not delete a former factor of the user");
    }
    return Done{};
}

}  // namespace

Result<std::string> make_factor(const Import& import, Api& api) {
    const auto make = [&] { return api.create_factor(import.identity, import.friendly_name, import.config, import.secret); };
    auto made = make();
    if (has_the_secret_already(made)) {
        if (auto deleted = delete_all(import, api); !deleted) return deleted.error();
        made = make();
    }
    if (!made) return made.error();
    if (const auto* const refusal = std::get_if<Refusal>(&*made)) {
        return error_of(*refusal, "Twilio makes no factor of the secret");
    }
    return std::get<NewFactor>(*made).sid;
}

Result<Done> verify_factor(const Import& import, std::string_view sid, Api& api) {
    const auto code = import.code();
    auto verified = api.verify_factor(import.identity, sid, code);
    // Its step may have ended on the way.
    const auto is_wrong = [&] { return verified && std::holds_alternative<bool>(*verified) && !std::get<bool>(*verified); };
    if (const auto later = import.code(); is_wrong() && later != code) verified = api.verify_factor(import.identity, sid, later);
    if (!verified) return verified.error();
    if (const auto* const refusal = std::get_if<Refusal>(&*verified); refusal && refusal->meaning != Meaning::wrong_code) {
        return error_of(*refusal, "Twilio does not verify the new factor");
    }
    const auto* const is_right = std::get_if<bool>(&*verified);
    if (is_right && *is_right) return Done{};
    return refused("Twilio takes the present code for a wrong one: is the clock of this machine right?");
}

}  // namespace uzmfa::twilio
