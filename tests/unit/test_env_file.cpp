// SPDX-License-Identifier: Apache-2.0
#include "crypto/env_file.hpp"
#include "crypto/uzerp_settings.hpp"
#include "test.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace uzmfa::test {
namespace {

using namespace std::string_view_literals;

std::optional<std::string> value_in(const EnvFile& file, std::string_view name) {
    const SecretBytes* const value = file.find(name);
    return value ? std::optional{std::string{text_of(*value)}} : std::nullopt;
}

std::optional<std::string> value_of(std::string_view text, std::string_view name = "A") {
    return value_in(VALUE(parse_env(text)), name);
}

std::string complaint_about(std::string_view text) { return ERROR_OF(parse_env(text)).detail; }

// What the text says of A.
struct Meaning {
    std::string_view text;
    std::string_view value;
};

void check(std::initializer_list<Meaning> meanings) {
    for (const auto& [text, value] : meanings) {
        const Case at{text};
        const auto found = value_of(text);
        CHECK(found.has_value());
        CHECK_EQUAL(*found, value);
    }
}

void check_refused(std::string_view complaint, std::initializer_list<std::string_view> texts) {
    for (const auto text : texts) {
        const Case at{text};
        const auto error = ERROR_OF(parse_env(text));
        CHECK(error.kind == ErrorKind::misconfigured);
        CHECK_CONTAINS(error.detail, complaint);
    }
}

TEST(a_file_without_a_line_has_no_value) {
    for (const auto text : {""sv, "\n"sv, "\r\n\r\n"sv, "# A=1\n"sv, "  # A=1"sv, " \t\n\n"sv, "\xef\xbb\xbf"sv}) {
        const Case at{text};
        CHECK(!value_of(text));
    }
}

TEST(an_unquoted_value_ends_before_a_blank_or_a_comment) {
    check({{"A=one", "one"},
           {"A=one\n", "one"},
           {"A=one # two", "one"},
           {"A=one#two", "one"},
           {"A=#one", ""},
           {"A= # one", ""},
           {"A=one \t", "one"},
           {"A=a=b==", "a=b=="},
           {"A=(one)[two]{three}", "(one)[two]{three}"},
           {"A=o'n\"e", "o'n\"e"},
           {"A=\\n\\q\\", "\\n\\q\\"},
           {"A=$B", "$B"},
           {"A=\xc3\xa9", "\xc3\xa9"},
           {"A=\xff\x80", "\xff\x80"}});
}

TEST(an_empty_value_is_a_value) {
    check({{"A=", ""}, {"A= \t", ""}, {"A=\nB=1", ""}, {"A=''", ""}, {"A=\"\"", ""}, {"A=\"\" # none", ""}});
}

TEST(blanks_around_a_name_and_a_value_are_passed_over) {
    check({{"A = one", "one"}, {"  A\t=\tone  ", "one"}, {"A =\"one\"", "one"}, {"A= ' one '", " one "}});
}

TEST(a_name_may_be_exported_or_quoted) {
    check({{"export A=one", "one"},
           {"  export \t A = one", "one"},
           {"export 'A'=one", "one"},
           {"\"A\"=one", "one"},
           {"'A'=one", "one"}});
    CHECK_EQUAL(*value_of("export=one", "export"), "one");
    CHECK_EQUAL(*value_of("exported=one", "exported"), "one");
    CHECK_EQUAL(*value_of("a.B_9=one", "a.B_9"), "one");
    CHECK_EQUAL(*value_of("\xc3\xa9=one", "\xc3\xa9"), "one");
}

TEST(a_single_quoted_value_is_taken_as_it_stands) {
    check({{"A='one two'", "one two"},
           {"A='one' # two", "one"},
           {"A='one'#two", "one"},
           {"A='# one'", "# one"},
           {"A='\\n\\q\\\\'", "\\n\\q\\\\"},
           {"A='\\'", "\\"},
           {"A='${B} \"'", "${B} \""},
           {"B=1\nA='${B}'", "${B}"}});
}

TEST(a_double_quoted_value_has_escapes) {
    check({{"A=\"one two\"", "one two"},
           {"A=\"one\" # two", "one"},
           {"A=\"# 'one'\"", "# 'one'"},
           {R"(A="\n\r\t\f\v")", "\n\r\t\f\v"},
           {R"(A="\\ \" \$")", "\\ \" $"},
           {R"(A="\\n")", "\\n"},
           {R"(A="a\\")", "a\\"},
           {"B=1\nA=\"\\${B}\"", "${B}"}});
}

TEST(a_double_quoted_value_may_go_over_lines) {
    check({{"A=\"one\ntwo\"", "one\ntwo"},
           {"A=\"one\r\ntwo\rthree\"\r\n", "one\ntwo\nthree"},
           {"A=\"\none\n\"\nB=1", "\none\n"},
           {"A=\"one\n# two\n\n  three\" # four", "one\n# two\n\n  three"},
           {"A=\"one\n\\\"two\"", "one\n\"two"},
           {"B=\"one\nA=2\"\nA=3", "3"}});
    CHECK_EQUAL(*value_of("B=\"one\nA=2\"\nC=3", "B"), "one\nA=2");
    CHECK(!value_of("B=\"one\nA=2\"\nC=3"));
}

// phpdotenv looks for the end of a value before it looks whether there is one: so does uzERP read its file.
TEST(a_comment_that_opens_a_quoted_value_covers_its_lines) {
    CHECK(!value_of("# B=\"one\nA=2\n\"\n"));
    CHECK_EQUAL(*value_of("# B=\"one\nA=2\n\"\nA=3"), "3");
    check({{"# B=\"one\"\nA=2", "2"}, {"# B = \"one\nA=2", "2"}, {"# it's\nA=2", "2"}});
}

TEST(a_mark_of_byte_order_and_any_line_ends_are_passed_over) {
    check({{"\xef\xbb\xbf" "A=one", "one"}, {"B=1\r\nA=one\r\nC=2", "one"}, {"B=1\rA=one\rC=2", "one"}, {"B=1\n\rA=one", "one"}});
}

TEST(a_variable_is_what_was_said_above) {
    check({{"B=one\nA=${B}", "one"},
           {"B=one\nA=\"${B} two\"", "one two"},
           {"B=one\nA=-${B}${B}-", "-oneone-"},
           {"A=one\nA=${A}two", "onetwo"},
           {"B=\nA=${B}", ""},
           {"B='a b # c'\nA=${B}", "a b # c"},
           {"B='${C}'\nC=1\nA=${B}", "${C}"},
           {"B=C\nX_C=one\nA=${X_${B}}", "one"}});
}

TEST(what_is_no_variable_stays_as_it_is) {
    check({{"A=${B}\nB=one", "${B}"},
           {"B=one\nA=$B", "$B"},
           {"B=one\nA=${B", "${B"},
           {"B=one\nA=${}", "${}"},
           {"B=one\nA={B}", "{B}"},
           {"B=one\nA=\"${ B }\"", "${ B }"},
           {"B=one\nB\nA=${B}", "${B}"}});
}

TEST(of_several_lines_with_one_name_the_last_holds) {
    check({{"A=one\nA=two", "two"}, {"A=one\nA=", ""}, {"A=one\nA\nA=three", "three"}});
    CHECK(!value_of("A=one\nA"));
    CHECK(!value_of("A=one\nexport A\n"));
    CHECK(!value_of("A"));
}

TEST(names_are_told_apart_by_case) { CHECK(!value_of("a=one")); }

TEST(a_value_with_more_behind_it_is_refused) {
    check_refused("line 1 has more behind its value",
                  {"A=one two", "A='one' two", "A='one'two", "A=\"one\"two", "A=\"one\" two", "A='one\\'two'", "A=\"\"\"\"",
                   "A=one \"two\""});
}

TEST(a_quote_that_is_not_closed_is_refused) {
    check_refused("line 1 opens a quote that is not closed",
                  {"A='one", "A='", "A=\"one", "A=\"", "A=\"one\nB=2\n", "A = \"one\ntwo\"", "A=\"one\\\"", "A=\"\\", "A='one\ntwo'",
                   "# A=\"one\nB=2", "A=\"one\n\" # two", "\"A\"=\"one\\"});
}

TEST(an_escape_that_is_unknown_is_refused) {
    check_refused("line 1 has an unknown escape",
                  {R"(A="\q")", R"(A="\'")", R"(A="\a")", R"(A="\#")", R"(A="\ ")", "A=\"\\\nB\""});
}

TEST(a_line_without_a_valid_name_is_refused) {
    check_refused("line 1 has no valid name", {"=", "=one", " = one", "A B=one", "A-B=one", "A!=one", "A ", " A", "export A B=1",
                                               "\"A=one", "''=one", "A'=one", "export export A=1", "one two"});
}

TEST(NUL_is_refused_wherever_it_is) {
    for (const auto text : {"A=1\n\0"sv, "A=1\n# \0"sv, "A=1\nB='\0'"sv, "A=1\r\nB\0=1"sv}) {
        CHECK_CONTAINS(complaint_about(text), "line 2 has a NUL");
    }
}

TEST(the_line_of_a_complaint_is_where_its_entry_begins) {
    CHECK_CONTAINS(complaint_about("A=1\n\n# x\nB=one two\n"), "line 4 ");
    CHECK_CONTAINS(complaint_about("A=1\r\nB=one two\r\n"), "line 2 ");
    CHECK_CONTAINS(complaint_about("A=1\rB=one two\r"), "line 2 ");
    CHECK_CONTAINS(complaint_about("A=\"1\n2\n3\"\nB=one two"), "line 4 ");
    CHECK_CONTAINS(complaint_about("A=1\nB=\"1\n2\n3\\q\"\n"), "line 2 ");
}

TEST(a_complaint_does_not_show_the_line) {
    for (const auto text :
         {"sesame=sesame sesame"sv, "sesame='sesame"sv, "sesame=\"sesame\\q\""sv, "ses ame=1"sv, "sesame=\"\n"sv}) {
        CHECK_LACKS(complaint_about(text), "ses");
    }
}

TEST(a_text_has_64_KiB_at_most) {
    const std::string text = "A='" + std::string(64 * 1024 - 4, 'x') + "'";
    CHECK_EQUAL(value_of(text)->size(), 64 * 1024 - 4);
    CHECK_CONTAINS(complaint_about(text + "\n"), "too large");
}

TEST(variables_cannot_make_values_without_bound) {
    std::string text = "A=xxxxxxxx\n";
    for (int i = 0; i < 12; ++i) text += "A=${A}${A}\n";
    CHECK_EQUAL(value_of(text)->size(), 8 << 12);
    for (int i = 0; i < 60; ++i) text += "A=${A}${A}\n";
    CHECK_CONTAINS(complaint_about(text), "makes the values too large");
}

TEST(values_without_variables_count_with_those_that_have_some) {
    std::string text = "A=" + std::string(4096, 'x') + "\n";
    std::size_t size = 4096;
    for (; size + 4 + 4096 <= largest_env_values; size += 4 + 4096) text += "B=${A}\n";
    CHECK_EQUAL(value_of(text)->size(), 4096);
    CHECK_CONTAINS(complaint_about(text + "C=" + std::string(4096, 'x') + "\n"), "makes the values too large");
}

// --- the file ---

TEST(an_env_file_is_read_whose_group_may_read_it) {
    const TemporaryFolder folder;
    for (const unsigned mode : {0600u, 0400u, 0640u, 0440u}) {
        const Case at{std::to_string(mode)};
        CHECK_EQUAL(*value_in(VALUE(read_env_file(folder.file("env" + std::to_string(mode), "A=1\n", mode))), "A"), "1");
    }
}

TEST(an_env_file_may_be_another_users) {
    if (geteuid() != 0) return;  // only root can make one
    const TemporaryFolder folder;
    const auto path = folder.file("env", "A=1", 0640);
    CHECK_EQUAL(chown(path.c_str(), 12345, 12345), 0);
    CHECK_EQUAL(*value_in(VALUE(read_env_file(path)), "A"), "1");
}

TEST(an_env_file_that_others_can_use_is_refused) {
    const TemporaryFolder folder;
    for (const unsigned mode : {0644u, 0604u, 0602u, 0601u, 0660u, 0620u, 0650u, 0666u, 0777u}) {
        const Case at{std::to_string(mode)};
        const auto path = folder.file("env" + std::to_string(mode), "A=1", mode);
        const auto error = ERROR_OF(read_env_file(path));
        CHECK(error.kind == ErrorKind::misconfigured);
        CHECK_EQUAL(error.detail, path + " is too open: its mode must be 0600 or 0640");
    }
}

TEST(what_is_no_env_file_is_named_and_does_not_hang) {
    const TemporaryFolder folder;
    const auto fifo = folder.path() + "/fifo";
    CHECK_EQUAL(mkfifo(fifo.c_str(), 0600), 0);
    for (const std::string& path : {folder.path(), fifo, std::string{"/dev/zero"}}) {
        const Case at{path};
        CHECK_EQUAL(ERROR_OF(read_env_file(path)).detail, path + " is not a regular file");
    }
    CHECK_CONTAINS(ERROR_OF(read_env_file(folder.path() + "/none")).detail, folder.path() + "/none: ");
    // A regular file whose first byte cannot be read.
    CHECK_EQUAL(ERROR_OF(read_env_file("/proc/self/mem")).detail, "/proc/self/mem: Input/output error");
}

TEST(an_env_file_has_64_KiB_at_most) {
    const TemporaryFolder folder;
    const std::string text = "A=1\n#" + std::string(64 * 1024 - 5, 'x');
    CHECK_EQUAL(*value_in(VALUE(read_env_file(folder.file("full", text))), "A"), "1");
    CHECK_CONTAINS(ERROR_OF(read_env_file(folder.file("over", text + "x"))).detail, "over is too large");
}

TEST(a_complaint_about_a_line_of_an_env_file_names_the_file_too) {
    const TemporaryFolder folder;
    const auto path = folder.file("env", "# mine\nA=one two\n");
    CHECK_CONTAINS(ERROR_OF(read_env_file(path)).detail, path + ": line 2 ");
}

// --- what it means ---

UzerpSettings settings_of(std::string_view text) { return VALUE(uzerp_settings_of(VALUE(parse_env(text)))); }

Error settings_error(std::string_view text) { return ERROR_OF(uzerp_settings_of(VALUE(parse_env(text)))); }

TEST(uzERPs_credentials_are_found_under_their_names) {
    const auto settings =
        settings_of("TWILIO_ACCOUNT_SID=AC1\nTWILIO_AUTH_TOKEN='to ken' # mine\nTWILIO_SERVICE_SID=\"VA1\"\nDB=x\n");
    CHECK_EQUAL(text_of(*settings.account_sid), "AC1");
    CHECK_EQUAL(text_of(*settings.auth_token), "to ken");
    CHECK_EQUAL(text_of(*settings.service_sid), "VA1");
    CHECK(!settings.sessions);
}

TEST(a_credential_that_is_missing_or_empty_is_not_there) {
    const auto settings = settings_of("TWILIO_ACCOUNT_SID=\nTWILIO_AUTH_TOKEN\n");
    CHECK(!settings.account_sid && !settings.auth_token && !settings.service_sid);
}

TEST(a_credential_that_cannot_be_one_is_named_and_not_shown) {
    for (const std::string name : {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_SERVICE_SID"}) {
        for (const std::string value : {"' sesame'", "'sesame '", "\"ses\\name\"", "\"sesame\\n\""}) {
            const Case at{name + "=" + value};
            const auto error = settings_error(name + "=" + value);
            CHECK(error.kind == ErrorKind::misconfigured);
            CHECK_CONTAINS(error.detail, name + " has ");
            CHECK_LACKS(error.detail, "ses");
        }
    }
}

TEST(a_credential_of_the_env_file_is_never_a_place_to_look_it_up) {
    CHECK_EQUAL(text_of(*settings_of("TWILIO_AUTH_TOKEN='exec:/bin/echo one'").auth_token), "exec:/bin/echo one");
}

constexpr std::string_view times = "USER_ACTIVITY_TIMEOUT_SECS=1800\nUSER_SESSION_MAX_AGE_SECS=\"28800\"\n";

TEST(session_times_are_taken_where_uzERP_manages_sessions) {
    for (const std::string value : {"true", "on", "TRUE", "On", "\"true\"", "'on'"}) {
        const Case at{value};
        const auto sessions = settings_of("UZERP_MANAGE_USER_SESSIONS=" + value + "\n" + std::string{times}).sessions;
        CHECK(sessions.has_value());
        CHECK_EQUAL(sessions->idle_timeout.count(), 1800);
        CHECK_EQUAL(sessions->max_age.count(), 28800);
    }
}

TEST(session_times_are_ignored_where_uzERP_does_not_manage_sessions) {
    for (const std::string value : {"", "false", "off", "1", "yes", "tru", "truee", "' on'", "1n", "'t ue'"}) {
        const Case at{value};
        const auto line = "UZERP_MANAGE_USER_SESSIONS=" + value + "\n";
        CHECK(!settings_of(line + std::string{times}).sessions);
        CHECK(!settings_of(line + "USER_ACTIVITY_TIMEOUT_SECS=soon").sessions);
    }
    CHECK(!settings_of(times).sessions);
}

TEST(a_session_time_that_is_missing_is_named) {
    const std::string managed = "UZERP_MANAGE_USER_SESSIONS=on\n";
    for (const std::string rest : {"", "USER_ACTIVITY_TIMEOUT_SECS=\nUSER_SESSION_MAX_AGE_SECS=1"}) {
        CHECK_CONTAINS(settings_error(managed + rest).detail, "USER_ACTIVITY_TIMEOUT_SECS is missing");
    }
    CHECK_CONTAINS(settings_error(managed + "USER_ACTIVITY_TIMEOUT_SECS=1").detail, "USER_SESSION_MAX_AGE_SECS is missing");
}

TEST(a_session_time_that_is_no_number_of_seconds_is_named) {
    const auto with_idle_timeout = [](const std::string& value) {
        return "UZERP_MANAGE_USER_SESSIONS=on\nUSER_SESSION_MAX_AGE_SECS=315360000\nUSER_ACTIVITY_TIMEOUT_SECS=" + value;
    };
    for (const std::string value : {"1", "60", "315360000"}) {
        const auto sessions = settings_of(with_idle_timeout(value)).sessions;
        CHECK_EQUAL(std::to_string(sessions->idle_timeout.count()), value);
        CHECK_EQUAL(sessions->max_age.count(), 315360000);
    }
    for (const std::string value : {"0", "-1", "+1", "315360001", "4294967297", "99999999999999999999", "1.5", "30min", "1s", "' 1'",
                                    "'1 '", "0x10", "1e3", "soon"}) {
        const Case at{value};
        CHECK_EQUAL(settings_error(with_idle_timeout(value)).detail,
                    "USER_ACTIVITY_TIMEOUT_SECS is not a whole number of seconds from 1 to 315360000");
    }
}

}  // namespace
}  // namespace uzmfa::test
