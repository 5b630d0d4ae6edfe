// SPDX-License-Identifier: Apache-2.0
#include "factors/twilio/service_check.hpp"

namespace uzmfa::twilio {
namespace {

constexpr seconds far_off{30};    // a step: right codes would be wrong
constexpr seconds little_off{5};

std::string number(auto value) { return std::to_string(value); }

std::string other_than(std::string_view setting, std::string_view value, std::string_view usual) {
    return "its " + std::string{setting} + " is " + std::string{value} + " and not " + std::string{usual} +
           ": many authenticator apps know nothing else and show codes that are always wrong. Set it to " + std::string{usual} +
           " in Twilio's console, or leave it out";
}

}  // namespace

std::vector<ServiceFault> faults_of(const ServiceSettings& service) {
    const FactorConfig usual;
    const auto& [algorithm, digits, skew, period] = service.totp;
    std::vector<ServiceFault> faults;
    const auto life = (2 * skew + 1) * period;
    if (life > longest_life_of_a_code) {
        faults.push_back({true, "with time_step " + number(period.count()) + " and skew " + number(skew) + " a code is right for " +
                                    number(life.count()) + " s; " + number(longest_life_of_a_code.count()) +
                                    " s are the most. Set time_step to 30 and skew to 1 in Twilio's console"});
    }
    if (digits < fewest_digits) {
        faults.push_back(
            {true, "codes of " + number(digits) + " digits can be guessed. Set code_length to 6 in Twilio's console"});
    } else if (digits != usual.digits) {
        faults.push_back({false, other_than("code_length", number(digits), number(usual.digits))});
    }
    if (period != usual.period) {
        faults.push_back({false, other_than("time_step", number(period.count()), number(usual.period.count()))});
    }
    if (skew != usual.skew && life <= longest_life_of_a_code) {
        faults.push_back({false, "its skew is " + number(skew) + " and not 1: " +
                                     (skew == 0 ? "phones whose clocks are a little off are refused"
                                                : "codes live longer than they need to") +
                                     ". Set it to 1 in Twilio's console, or leave it out"});
    }
    return faults;
}

std::vector<ServiceFault> faults_of_clock(Moment here, Moment there) {
    const auto off = here > there ? here - there : there - here;
    if (off <= little_off) return {};
    return {{off > far_off, "this machine's clock is " + number(off.count()) + " s " + (here > there ? "ahead of" : "behind") +
                                " Twilio's. Have it set by the network: apt-get install chrony"}};
}

}  // namespace uzmfa::twilio
