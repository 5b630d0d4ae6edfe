// SPDX-License-Identifier: Apache-2.0
#include "crypto/encoding.hpp"
#include "crypto/keys.hpp"
#include "crypto/sealer.hpp"
#include "ctl/users.hpp"
#include "factors/totp/local_validator.hpp"
#include "factors/twilio/import.hpp"
#include "factors/twilio/twilio_validator.hpp"
#include "store/event_store.hpp"
#include "store/factor_store.hpp"
#include "store/owed_deletion_store.hpp"


namespace uzmfa {
namespace {

// A user's local factor, opened.
struct LocalFactor {
    BoundFactor bound;
    SecretBytes secret;
    std::vector<SecretBytes> used_code_keys;
};

Result<LocalFactor> local_factor(Tool& tool, const Account& account) {
    auto bound = FactorStore{tool.database()}.find(account);
    if (!bound) return bound.error();
    if (!*bound) return Error{ErrorKind::damaged, "the secret is not in this database: reset the user instead (user reset)"};
    auto keys = keys_of(tool.settings());
    if (!keys) return keys.error();
    auto secret = totp::open_secret(Sealer{*keys, use::totp_secret}, account, (*bound)->secret);
    if (!secret) return secret.error();
    return LocalFactor{std::move(**bound), std::move(*secret), derive_keys(*keys, use::used_code)};
}

class Move {
public:
    Move(Tool& tool, ToolProvider& provider, const Account& account, const LocalFactor& factor)
        : tool_{tool}, provider_{provider}, account_{account}, factor_{factor}, owed_{tool.database()} {}

    Result<Done> run() {
        if (auto cleared = make_pending_reset(); !cleared) return cleared;
        const auto import = import_of();
        auto api = provider_.api();
        auto sid = twilio::make_factor(import, api);
        if (!sid) return sid.error();
        // Owed from the beginning, and claimed by us for a minute: whatever becomes of us, it does not stay there.
        fresh_ = {account_.uuid, *sid, {}, 0};
        if (auto claimed = claim(); !claimed) return claimed;
        auto done = finish(import);
        if (!done) give_up();
        return done;
    }

private:
    // What a reset left at Twilio would go together with the new factor.
    Result<Done> make_pending_reset() {
        const auto deletions = owed_.of(account_.uuid);
        if (!deletions) return deletions.error();
        if (deletions->empty()) return Done{};
        const auto trouble = pay_deletions_of(tool_, account_.uuid);
        if (trouble.empty()) return Done{};
        return Error{ErrorKind::provider_unavailable, "what is still to be deleted there of the user must go first: " + trouble};
    }

    twilio::Import import_of() const {
        const auto& parameters = factor_.bound.secret.parameters;
        const auto& settings = tool_.settings();
        return {.identity = account_.uuid,
                .friendly_name = std::string{twilio::friendly_name_of(account_, settings.twilio.friendly_name)},
                .config = {parameters.algorithm, parameters.digits, settings.site.totp_skew, totp::period},
                .secret = base32(factor_.secret),
                .code = [this] { return code_of(totp::step_at(present_moment())); }};
    }

    std::string code_of(TimeStep step) const {
        return totp::code_at(step, factor_.secret, factor_.bound.secret.parameters);
    }

    Result<Done> claim() {
        auto claimed = tool_.database().in_transaction([&]() -> Result<bool> {
            if (auto owed = owed_.owe(fresh_.uuid, fresh_.sid); !owed) return owed.error();
            return owed_.claim(fresh_);
        });
        if (!claimed) return claimed.error();
        if (!*claimed) return Error{ErrorKind::unavailable, "another process is at the user's factors"};
        return Done{};
    }

    Result<Done> finish(const twilio::Import& import) {
        auto api = provider_.api();
        if (auto verified = twilio::verify_factor(import, fresh_.sid, api); !verified) return verified;
        FactorStore factors{tool_.database()};
        auto moved = tool_.database().in_transaction([&]() -> Result<bool> {
            auto is_same = factors.move(account_, fresh_.sid, provider_.service_sid());
            if (!is_same || !*is_same) return is_same;
            if (auto spent = spend_used_codes(factors); !spent) return spent.error();
            if (auto settled = owed_.settle(fresh_); !settled) return settled.error();
            auto added = EventStore{tool_.database()}.add_action("moved", account_, administrator(), "to twilio");
            return added ? Result<bool>{true} : added.error();
        });
        if (!moved) return moved.error();
        if (!*moved) {
            return misconfigured("the user's row has changed meanwhile: look at it (user show), and try again");
        }
        return Done{};
    }

    // A code that was used here must not be of use a second time there.
    Result<Done> spend_used_codes(FactorStore& factors) const {
        const auto present = totp::step_at(present_moment());
        for (auto step = present - 2; step <= std::min(factor_.bound.last_step, present + 2); ++step) {
            auto spent =
                factors.spend_code(account_, twilio::digests_of(factor_.used_code_keys, account_, fresh_.sid, code_of(step)));
            if (!spent) return spent.error();
        }
        return Done{};
    }

    void give_up() {
        if (owed_.release(fresh_)) pay_deletions_of(tool_, account_.uuid);
    }

    Tool& tool_;
    ToolProvider& provider_;
    const Account& account_;
    const LocalFactor& factor_;
    OwedDeletionStore owed_;
    twilio::OwedDeletion fresh_{};
};

int refuse_move(const std::string& name, const Account& account, Validator to) {
    if (!is_enrolled(account)) {
        return complain(name + " is not enrolled: there is nothing to move. The next sign-in enrolls with whatever UzmfaValidator says.",
                        exit_refused);
    }
    const auto validator = validator_of(account.mfa_sid);
    if (!validator) {
        return complain("mfa_sid of " + name + " is nothing that the module knows. Reset the user: user reset " + name,
                        exit_refused);
    }
    if (to == Validator::local && *validator == Validator::twilio) {
        return complain("the factor of " + name +
                            " cannot be moved: Twilio never gives a secret back. The user must enroll again: user reset " + name,
                        exit_refused);
    }
    return exit_done;
}

}  // namespace

int move_user(const Common& common, const std::string& name, const std::string& to) {
    const auto target = to == "twilio" ? Validator::twilio : Validator::local;
    const auto [tool, status] = open_tool(common);
    if (!tool) return status;
    const auto details = tool->administration().find(name);
    if (!details) return tool->failed(details.error());
    if (!*details) return no_such_user(name);
    const auto& account = (*details)->account;
    const auto shown = printable(name);
    if (const int refused = refuse_move(shown, account, target); refused != exit_done) return refused;
    if (validator_of(account.mfa_sid) == target) {
        return print_done(common, *tool, name, shown + " is there already: nothing to do.");
    }

    const auto factor = local_factor(*tool, account);
    if (!factor) return tool->failed(factor.error());
    const auto provider = tool->provider();
    if (!provider) return failed(provider.error());
    if (auto moved = Move{*tool, **provider, account, *factor}.run(); !moved) {
        complain(shown + " was not moved, and signs in as before.", exit_refused);
        return tool->failed(moved.error());
    }
    std::string said = "The factor of " + shown + " is Twilio's now; the authenticator app goes on as it is.";
    if (tool->settings().site.validator == Validator::local) {
        said += "\nSet UzmfaValidator to twilio before the next sign-in, or the user has to enroll anew.";
    }
    return print_done(common, *tool, name, said);
}

}  // namespace uzmfa
