// SPDX-License-Identifier: Apache-2.0
#include "factors/twilio/errors.hpp"

namespace uzmfa::twilio {
namespace {

using std::chrono::hours;

constexpr ErrorRow rows[] = {
    {20003, Meaning::misconfigured},       // bad credentials
    {20404, Meaning::gone},                // no such service, entity, factor or challenge
    {20429, Meaning::busy},                // too many requests at a time
    {20500, Meaning::unavailable},
    {20503, Meaning::unavailable},
    {60308, Meaning::wrong_code},          // five attempts on one challenge: the next code makes a new one
    {60310, Meaning::spent},               // five attempts to verify a factor
    {60311, Meaning::wrong_code},          // the older answer to a wrong code
    {60312, Meaning::wait, hours{1}},      // 50 challenges an hour or 100 a day
    {60315, Meaning::full},                // 100 factors of one user
    {60317, Meaning::same_secret},
    {60318, Meaning::gone},                // the factor was never verified
    {60322, Meaning::wrong_code},          // the challenge was answered already
    {60323, Meaning::wrong_code},          // the challenge has expired
    {60324, Meaning::wrong_code},          // challenge verification failed
    {60326, Meaning::wait, hours{24}},     // 100 new factors of one user a day
    {60328, Meaning::busy},                // 40 new entities a second
    {60383, Meaning::gone},                // the factor is inconsistent or expired
    {60390, Meaning::gone},
    {60391, Meaning::gone},
    {60392, Meaning::gone},
    {70051, Meaning::misconfigured},       // the key lacks a permission
};

}  // namespace

ErrorRow meaning_of(int code, int http_status) {
    for (const auto& row : rows) {
        if (row.code == code) return row;
    }
    // A gateway's own error has no code; a code that is not in the table is a request that Twilio refuses.
    const bool refused = code != 0 ? http_status < 500 && http_status != 429 : http_status == 401 || http_status == 403;
    return {code, refused ? Meaning::misconfigured : Meaning::unavailable};
}

}  // namespace uzmfa::twilio
