// SPDX-License-Identifier: Apache-2.0
#include "factors/twilio/service_check.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

using twilio::ServiceFault;

std::vector<ServiceFault> faults(int digits, int skew, int period) {
    twilio::ServiceSettings service;
    service.totp = {Algorithm::sha1, digits, skew, seconds{period}};
    return faults_of(service);
}

// g for each grave fault, w for each other.
std::string kinds(const std::vector<ServiceFault>& faults) {
    std::string text;
    for (const auto& fault : faults) text += fault.is_grave ? 'g' : 'w';
    return text;
}

TEST(a_service_with_nothing_set_is_fit) {
    CHECK_EQUAL(kinds(faults_of(twilio::ServiceSettings{})), "");
    CHECK_EQUAL(kinds(faults(6, 1, 30)), "");
}

TEST(R18_codes_under_6_digits_are_refused) {
    for (const int digits : {3, 4, 5}) {
        const auto found = faults(digits, 1, 30);
        CHECK_EQUAL(kinds(found), "g");
        CHECK_CONTAINS(found[0].text, "code_length");
    }
    for (const int digits : {7, 8}) CHECK_EQUAL(kinds(faults(digits, 1, 30)), "w");
}

TEST(R14_a_code_that_lives_over_two_minutes_is_refused) {
    struct {
        int skew;
        int period;
        std::string kinds;
    } const cases[] = {
        {2, 25, "gw"}, {2, 30, "g"}, {1, 41, "gw"}, {1, 60, "gw"}, {0, 60, "ww"},
        {2, 24, "ww"}, {1, 40, "w"}, {1, 20, "w"},  {0, 30, "w"},
    };
    for (const auto& [skew, period, expected] : cases) {
        const Case at{std::to_string(skew) + " " + std::to_string(period)};
        CHECK_EQUAL(kinds(faults(6, skew, period)), expected);
    }
    CHECK_CONTAINS(faults(6, 2, 30)[0].text, "150 s");
}

TEST(what_is_not_as_usual_is_named_with_what_to_do) {
    const auto found = faults(8, 0, 60);
    CHECK_EQUAL(kinds(found), "www");
    CHECK_CONTAINS(found[0].text, "code_length is 8 and not 6");
    CHECK_CONTAINS(found[1].text, "time_step is 60 and not 30");
    CHECK_CONTAINS(found[2].text, "skew is 0 and not 1");
}

TEST(R90_a_clock_may_be_off_by_5_seconds) {
    const auto twilios = from_unix_time(1'700'000'000);
    const auto off = [&](int by) { return twilio::faults_of_clock(twilios + seconds{by}, twilios); };
    for (const int by : {-5, -1, 0, 1, 5}) CHECK_EQUAL(kinds(off(by)), "");
    for (const int by : {-30, -6, 6, 30}) CHECK_EQUAL(kinds(off(by)), "w");
    for (const int by : {-100'000, -31, 31}) CHECK_EQUAL(kinds(off(by)), "g");
    CHECK_CONTAINS(off(31)[0].text, "31 s ahead of");
    CHECK_CONTAINS(off(-40)[0].text, "40 s behind");
}

}  // namespace
}  // namespace uzmfa::test
