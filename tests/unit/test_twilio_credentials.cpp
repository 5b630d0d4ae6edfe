// SPDX-License-Identifier: Apache-2.0
#include "factors/twilio/credentials.hpp"
#include "test.hpp"

namespace uzmfa::test {
namespace {

using namespace twilio;

const std::string account = "AC" + std::string(32, '1'), other_account = "AC" + std::string(32, '2');
const std::string service = "VA" + std::string(32, '3'), other_service = "VA" + std::string(32, '4');
const std::string key = "SK" + std::string(32, '5');

SecretBytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

UzerpSettings env(std::string_view account_sid, std::string_view token, std::string_view service_sid) {
    return {bytes(account_sid), bytes(token), bytes(service_sid), {}};
}

std::string shown(const Credentials& found) {
    return found.user + " " + std::string{text_of(found.password)} + " " + found.service_sid;
}

std::string complaint(const Settings& settings, const UzerpSettings& from_file = {}) {
    const auto error = ERROR_OF(credentials_of(settings, from_file));
    CHECK(error.kind == ErrorKind::misconfigured);
    return error.detail;
}

TEST(directives_say_how_twilio_knows_us) {
    Settings settings;
    settings.account_sid = account;
    settings.auth_token = "token";
    settings.service_sid = service;
    CHECK_EQUAL(shown(VALUE(credentials_of(settings, {}))), account + " token " + service);
}

TEST(an_api_key_takes_the_place_of_account_and_token) {
    Settings settings;
    settings.account_sid = account;
    settings.auth_token = "token";
    settings.api_key = {key, "of the key"};
    settings.service_sid = service;
    CHECK_EQUAL(shown(VALUE(credentials_of(settings, env(other_account, "x", other_service)))), key + " of the key " + service);
}

TEST(a_file_says_what_no_directive_does) {
    CHECK_EQUAL(shown(VALUE(credentials_of({}, env(account, "token", service)))), account + " token " + service);

    Settings settings;
    settings.service_sid = other_service;
    CHECK_EQUAL(shown(VALUE(credentials_of(settings, env(account, "token", service)))), account + " token " + other_service);
    settings.account_sid = other_account;
    settings.auth_token = "other";
    CHECK_EQUAL(shown(VALUE(credentials_of(settings, env(account, "token", service)))),
                other_account + " other " + other_service);
}

TEST(a_token_may_come_from_a_file_of_its_own_but_not_by_way_of_env) {
    const TemporaryFolder folder;
    const auto path = "file:" + folder.file("token", "from the file\n");
    Settings settings;
    settings.auth_token = path;
    CHECK_EQUAL(shown(VALUE(credentials_of(settings, env(account, "token", service)))), account + " from the file " + service);
    CHECK_EQUAL(shown(VALUE(credentials_of({}, env(account, path, service)))), account + " " + path + " " + service);
}

TEST(R90_what_is_missing_is_named) {
    Settings settings;
    CHECK_CONTAINS(complaint(settings), "UzmfaTwilioServiceSid: is needed with UzmfaValidator twilio: VA and 32 hex digits");
    settings.service_sid = service;
    CHECK_CONTAINS(complaint(settings), "UzmfaTwilioAccountSid: is needed with UzmfaValidator twilio, or UzmfaTwilioApiKey: AC");
    settings.account_sid = account;
    CHECK_EQUAL(complaint(settings), "UzmfaTwilioAuthToken: is needed with UzmfaValidator twilio");
}

TEST(R38_R90_what_is_wrong_is_named_and_no_secret_is_shown) {
    CHECK_EQUAL(complaint({}, env(account, "token", "VA1")), "UzmfaEnvFile: TWILIO_SERVICE_SID must be VA and 32 hex digits");
    CHECK_EQUAL(complaint({}, env(service, "token", service)), "UzmfaEnvFile: TWILIO_ACCOUNT_SID must be AC and 32 hex digits");

    Settings settings;
    settings.service_sid = service;
    settings.account_sid = account;
    settings.auth_token = " sesame";
    CHECK_EQUAL(complaint(settings), "UzmfaTwilioAuthToken: has blanks around it");
    settings.api_key = {key, "sesame\n"};
    CHECK_EQUAL(complaint(settings), "UzmfaTwilioApiKey: has a control character");
}

}  // namespace
}  // namespace uzmfa::test
