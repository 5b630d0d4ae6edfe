// SPDX-License-Identifier: Apache-2.0
#include "ctl/tool_settings.hpp"
#include "test.hpp"

#include <sys/stat.h>

namespace uzmfa::test {
namespace {

const std::string account = "AC" + std::string(32, 'a');
const std::string key = "SK" + std::string(32, 'c');
const std::string service = "VA" + std::string(32, 'b');

Result<ToolSettings> parsed(std::string_view text) { return parse_tool_settings(secret_bytes(text)); }

std::string complaint(std::string_view text) { return ERROR_OF(parsed(text)).detail; }

TEST(a_value_is_the_rest_of_the_line) {
    const auto settings = VALUE(parsed("# a comment\n\n  driver =pgsql\r\nparams = host=db user=www-data  options='-c a=1 # no comment' \t\n"
                                       "key-file = /etc/uz mfa/keys"));
    CHECK_EQUAL(settings.driver, "pgsql");
    CHECK_EQUAL(settings.params, "host=db user=www-data  options='-c a=1 # no comment'");
    CHECK_EQUAL(settings.site.key_file, "/etc/uz mfa/keys");
}

TEST(what_is_not_named_is_as_the_directives_have_it) {
    const auto settings = VALUE(parsed(""));
    CHECK(settings.driver.empty() && settings.params.empty() && settings.site.key_file.empty());
    CHECK_EQUAL(settings.site.users_table, "users");
    CHECK(settings.site.validator == Validator::local);
    CHECK_EQUAL(settings.site.totp_skew, 1);
    CHECK_EQUAL(settings.attempts.cap, 100);
    CHECK_EQUAL(settings.twilio.url, "https://verify.twilio.com");
    CHECK(settings.twilio.timeout == seconds{5});
    CHECK(settings.twilio.friendly_name == twilio::FriendlyName::uuid);
}

TEST(every_setting_is_read) {
    const auto settings = VALUE(parsed("env-file = /srv/.env\nusers-table = erp.people\nvalidator = Twilio\n"
                                       "totp-skew = 0\nfailure-cap = 20\ntwilio-account-sid = " + account +
                                       "\ntwilio-auth-token = a token = this\ntwilio-api-key = " + key + "   exec:/bin/x \"y z\"\n"
                                       "twilio-service-sid = " + service + "\ntwilio-url = http://127.0.0.1:80/\ntwilio-ca-file = /ca\n"
                                       "twilio-timeout = 20s\ntwilio-friendly-name = username\nhttpd = apache2ctl -f x\nurl = https://erp/\n"));
    CHECK_EQUAL(settings.httpd, "apache2ctl -f x");
    CHECK_EQUAL(settings.url, "https://erp/");
    CHECK_EQUAL(settings.site.env_file, "/srv/.env");
    CHECK_EQUAL(settings.site.users_table, "erp.people");
    CHECK(settings.site.validator == Validator::twilio);
    CHECK_EQUAL(settings.site.totp_skew, 0);
    CHECK_EQUAL(settings.attempts.cap, 20);
    CHECK_EQUAL(settings.twilio.account_sid, account);
    CHECK_EQUAL(settings.twilio.auth_token, "a token = this");
    CHECK_EQUAL(settings.twilio.api_key.sid, key);
    CHECK_EQUAL(settings.twilio.api_key.secret, "exec:/bin/x \"y z\"");
    CHECK_EQUAL(settings.twilio.service_sid, service);
    CHECK_EQUAL(settings.twilio.url, "http://127.0.0.1:80");
    CHECK_EQUAL(settings.twilio.ca_file, "/ca");
    CHECK(settings.twilio.timeout == seconds{20});
    CHECK(settings.twilio.friendly_name == twilio::FriendlyName::username);
}

TEST(the_values_outlive_a_move) {
    auto first = VALUE(parsed("users-table = u\nparams = p\n"));
    const ToolSettings second = std::move(first);
    CHECK_EQUAL(second.site.users_table, "u");
    CHECK_EQUAL(second.params, "p");
}

TEST(R90_an_unknown_name_is_an_error_with_the_number_of_its_line) {
    CHECK_CONTAINS(complaint("driver = pgsql\n\nkeyfile = /keys\n"), "line 3: there is no setting 'keyfile'");
    CHECK_CONTAINS(complaint("nosuch = 1"), "key-file");
}

TEST(R90_each_wrong_value_is_named_with_its_line) {
    const std::pair<std::string, std::string> wrong[] = {
        {"driver = mysql", "driver"},
        {"driver", "NAME = VALUE"},
        {"driver =", "no value"},
        {"params = \"host=db\"", "quotes"},
        {"key-file = keys", "key-file"},
        {"env-file = .env", "env-file"},
        {"users-table = us ers", "users-table"},
        {"validator = none", "local, twilio"},
        {"totp-digits = 8", "no setting"},
        {"totp-skew = 2", "totp-skew"},
        {"twilio-account-sid = " + service, "must be AC"},
        {"twilio-service-sid = VA1", "must be VA"},
        {"twilio-api-key = " + key, "twilio-api-key"},
        {"twilio-url = http://verify.twilio.com", "twilio-url"},
        {"twilio-ca-file = ca.pem", "twilio-ca-file"},
        {"twilio-timeout = 0", "twilio-timeout"},
        {"twilio-timeout = 5h", "twilio-timeout"},
        {"twilio-timeout = 1min", "twilio-timeout"},
        {"twilio-timeout = 31", "twilio-timeout"},
        {"twilio-timeout = soon", "twilio-timeout"},
        {"twilio-friendly-name = email", "uuid, username"},
        {"url = http://erp/", "url must be an address"},
    };
    for (const auto& [line, part] : wrong) {
        const Case at{line};
        CHECK_CONTAINS(complaint("\n" + line), "line 2: ");
        CHECK_CONTAINS(complaint(line), part);
    }
    CHECK_CONTAINS(complaint("driver = pgsql\ndriver = sqlite3"), "line 2: driver stands here a second time");
}

TEST(R38_no_complaint_repeats_what_may_be_a_secret) {
    for (const std::string line : {"S3CRET", "S3CRET =", "S3CRETAbc== x", "twilio-api-key = SK1 S3CRET", "params = \"password=S3CRET\"",
                                   "twilio-account-sid = S3CRET"}) {
        const Case at{line};
        CHECK_LACKS(complaint(line), "S3CRET");
    }
}

TEST(only_the_owner_may_write_the_file) {
    const TemporaryFolder folder;
    for (const unsigned mode : {0600U, 0640U, 0644U, 0444U}) {
        const auto path = folder.file("good" + std::to_string(mode), "driver = pgsql\n", mode);
        CHECK_EQUAL(VALUE(read_tool_settings(path)).driver, "pgsql");
    }
    for (const unsigned mode : {0660U, 0602U, 0666U}) {
        const auto path = folder.file("bad" + std::to_string(mode), "driver = pgsql\n", mode);
        chmod(path.c_str(), mode);
        CHECK_CONTAINS(ERROR_OF(read_tool_settings(path)).detail, "may be written by others");
    }
}

TEST(R90_everybody_may_read_a_file_without_a_secret_only) {
    const TemporaryFolder folder;
    int number = 0;
    const auto read = [&](const std::string& text, unsigned mode) {
        return read_tool_settings(folder.file(std::to_string(++number), text, mode));
    };
    for (const auto& secret : std::vector<std::string>{"twilio-auth-token = t", "twilio-api-key = " + key + " s", "params = host=db password=p",
                                     "params = postgresql://me:p@db/erp"}) {
        const Case at{secret};
        CHECK_CONTAINS(ERROR_OF(read(secret, 0644)).detail, "may be read by everybody");
        VALUE(read(secret, 0640));
        VALUE(read(secret, 0600));
    }
    for (const auto& open : std::vector<std::string>{"twilio-auth-token = file:/x", "twilio-api-key = " + key + " exec:/x",
                                                     "params = host=db user=me",
                                   "params = postgresql://me@db:5432/erp"}) {
        const Case at{open};
        VALUE(read(open, 0644));
    }
}

TEST(an_error_of_a_file_names_it) {
    const TemporaryFolder folder;
    CHECK_CONTAINS(ERROR_OF(read_tool_settings(folder.path() + "/none")).detail, folder.path() + "/none: No such file");
    const auto path = folder.file("conf", "x = y\n");
    CHECK_CONTAINS(ERROR_OF(read_tool_settings(path)).detail, path + ", line 1: ");
}

TEST(the_help_names_every_setting) {
    for (const char* name : {"driver", "params", "key-file", "env-file", "users-table", "validator", "totp-skew",
                             "twilio-api-key", "twilio-friendly-name", "httpd", "url"}) {
        CHECK_CONTAINS(help_on_settings(), std::string{"  "} + name + " ");
    }
}

}  // namespace
}  // namespace uzmfa::test
