// SPDX-License-Identifier: Apache-2.0
#include "scratch_database.hpp"
#include "store/password_store.hpp"

#include <apr_md5.h>
#include <dlfcn.h>

// Stands before the library's own in this program, to count what a check costs.
namespace {
std::vector<std::string> hashes_computed;
}
extern "C" apr_status_t apr_password_validate(const char* password, const char* hash) {
    hashes_computed.emplace_back(hash);
    const auto validate = reinterpret_cast<decltype(&apr_password_validate)>(dlsym(RTLD_NEXT, "apr_password_validate"));
    return validate(password, hash);
}

namespace uzmfa::test {
namespace {

// Made by crypt(3) of libxcrypt, all for "s3cret".
constexpr std::string_view hash_2y = "$2y$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG";
constexpr std::string_view hash_2b = "$2b$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG";
constexpr std::string_view hash_2a = "$2a$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG";
constexpr std::string_view hash_of_md5 = "$2y$04$abcdefghijklmnopqrstuuChoCyK549m4tK2HrpKCfon9o.7FlWWO";
constexpr std::string_view hash_of_cost_10 = "$2y$10$abcdefghijklmnopqrstuu3KWNuWLhBnmgYfnzONPueahDuedC/lu";
constexpr std::string_view hash_of_cost_16 = "$2y$16$abcdefghijklmnopqrstuunj/2DZCJ/hzvOhDAfLPb4N/bFjyUNZ.";
constexpr std::string_view hash_of_md5_crypt = "$1$abcdefgh$7.vq19w/w3Vm.hk1FOA7Q/";
constexpr std::string_view hash_of_umlauts = "$2y$04$abcdefghijklmnopqrstuug0dDbOpa5ZqsJa.0FXc9Cfct0Dpi9wq";

void add_user(ScratchDatabase& scratch, const std::string& name, std::string_view hash) {
    const auto quoted_name = ScratchDatabase::literal(name);
    scratch.run("INSERT INTO users (username, password) VALUES (" + quoted_name + ", " + ScratchDatabase::literal(hash) +
                "); INSERT INTO user_company_access (username, usercompanyid) VALUES (" + quoted_name + ", 1)");
}

PasswordAnswer check(ScratchDatabase& scratch, std::string_view name, std::string_view password) {
    return uzmfa::check(VALUE(PasswordStore{scratch.database()}.find(name)), password);
}

TEST(R106_the_right_password_is_right_in_each_form_of_bcrypt) {
    for (const auto hash : {hash_2y, hash_2b, hash_2a, hash_of_cost_10}) {
        const Case at{hash};
        ScratchDatabase scratch;
        add_user(scratch, "alice", hash);
        CHECK(check(scratch, "alice", "s3cret") == PasswordAnswer::right);
        for (const std::string_view wrong : {"", "s3cre", "s3cret ", "S3cret", "' OR '1'='1"}) {
            CHECK(check(scratch, "alice", wrong) == PasswordAnswer::wrong);
        }
    }
}

TEST(R106_an_old_row_with_bcrypt_over_the_MD5_is_right_too) {
    ScratchDatabase scratch;
    add_user(scratch, "admin", hash_of_md5);
    CHECK(check(scratch, "admin", "s3cret") == PasswordAnswer::right);
    CHECK(check(scratch, "admin", "s3cre") == PasswordAnswer::wrong);
}

TEST(a_password_outside_ASCII_is_right) {
    ScratchDatabase scratch;
    add_user(scratch, "alice", hash_of_umlauts);
    CHECK(check(scratch, "alice", "p\xc3\xa4ss w\xc3\xb6rd") == PasswordAnswer::right);
}

TEST(R106_a_disabled_user_and_one_without_an_enabled_company_do_not_sign_in) {
    for (const std::string change : {"UPDATE users SET access_enabled = FALSE", "UPDATE users SET access_enabled = NULL",
                                     "DELETE FROM user_company_access", "UPDATE user_company_access SET enabled = FALSE",
                                     "UPDATE system_companies SET enabled = FALSE", "DELETE FROM system_companies",
                                     "UPDATE user_company_access SET usercompanyid = 2",
                                     "UPDATE user_company_access SET username = 'bob'"}) {
        const Case at{change};
        ScratchDatabase scratch;
        add_user(scratch, "alice", hash_2y);
        scratch.run(change);
        CHECK(check(scratch, "alice", "s3cret") == PasswordAnswer::wrong);
    }
}

TEST(one_enabled_company_of_several_is_enough) {
    ScratchDatabase scratch;
    add_user(scratch, "alice", hash_2y);
    scratch.run("INSERT INTO system_companies VALUES (2, FALSE); INSERT INTO user_company_access VALUES ('alice', 2, TRUE)");
    CHECK(check(scratch, "alice", "s3cret") == PasswordAnswer::right);
}

// apr_password_validate would take a plain text, MD5 and more for a hash.
TEST(what_is_no_bcrypt_is_no_password) {
    for (const std::string_view hash : {std::string_view{""}, std::string_view{"s3cret"}, hash_of_md5_crypt,
                                        std::string_view{"{SHA}9HGbNZWh6Vu8dCBPPDVkvIo5H8E="}, hash_of_cost_16,
                                        hash_2y.substr(0, 59), std::string_view{"$2x$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG"},
                                        std::string_view{"$2y$03$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG"},
                                        std::string_view{"$3y$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG"},
                                        std::string_view{"$2y.04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG"},
                                        std::string_view{"$2y$04.abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG"},
                                        std::string_view{"$2y$x4$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG"},
                                        std::string_view{"$2y$0/$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG"}}) {
        const Case at{hash};
        ScratchDatabase scratch;
        add_user(scratch, "alice", hash);
        CHECK(check(scratch, "alice", "s3cret") == PasswordAnswer::wrong);
        CHECK(check(scratch, "alice", hash) == PasswordAnswer::wrong);
        CHECK(check(scratch, "alice", "") == PasswordAnswer::wrong);
    }
}

TEST(a_row_without_a_password_has_none_that_is_right) {
    ScratchDatabase scratch;
    add_user(scratch, "alice", hash_2y);
    scratch.run("UPDATE users SET password = NULL");
    for (const std::string_view password : {"", "s3cret"}) CHECK(check(scratch, "alice", password) == PasswordAnswer::wrong);
}

TEST(R6_the_name_matches_exactly) {
    ScratchDatabase scratch;
    add_user(scratch, "alice", hash_2y);
    for (const std::string_view name : {"Alice", "alice ", "", "ALICE"}) {
        CHECK(check(scratch, name, "s3cret") == PasswordAnswer::no_such_user);
    }
}

TEST(R76_a_name_is_taken_literally_by_the_password_check) {
    for (const auto name : injections) {
        const Case at{name};
        ScratchDatabase scratch;
        add_user(scratch, "alice", hash_2y);
        CHECK(check(scratch, name, "s3cret") == PasswordAnswer::no_such_user);
        add_user(scratch, std::string{name}, hash_2y);
        CHECK(check(scratch, name, "s3cret") == PasswordAnswer::right);
        CHECK_EQUAL(scratch.row("SELECT count(*) FROM users"), "2");
    }
}

TEST(what_cannot_be_a_name_is_no_user) {
    ScratchDatabase scratch;
    for (const auto& name : {std::string(256, 'a'), std::string{"a\0b", 3}, std::string{"\xff"}}) {
        CHECK(check(scratch, name, "s3cret") == PasswordAnswer::no_such_user);
    }
}

TEST(R86_every_failed_check_computes_two_hashes_of_the_same_cost) {
    ScratchDatabase scratch;
    add_user(scratch, "alice", hash_of_cost_10);
    add_user(scratch, "disabled", hash_of_cost_10);
    add_user(scratch, "elsewhere", hash_of_cost_10);
    add_user(scratch, "nohash", "");
    scratch.run("UPDATE users SET access_enabled = FALSE WHERE username = 'disabled';"
                "DELETE FROM user_company_access WHERE username = 'elsewhere'");
    for (const auto& [name, password] : {std::pair{"alice", "wrong"}, {"disabled", "wrong"}, {"elsewhere", "wrong"},
                                         {"nohash", "wrong"}, {"nobody", "wrong"}, {"", "wrong"}, {"nobody", ""}}) {
        const Case at{name};
        hashes_computed.clear();
        CHECK(check(scratch, name, password) != PasswordAnswer::right);
        CHECK_EQUAL(hashes_computed.size(), 2);
        for (const auto& hash : hashes_computed) CHECK(hash.starts_with("$2y$10$"));
    }
}

TEST(R86_a_right_password_of_a_disabled_user_costs_as_much_as_a_wrong_one) {
    ScratchDatabase scratch;
    add_user(scratch, "disabled", hash_of_cost_10);
    scratch.run("UPDATE users SET access_enabled = FALSE");
    hashes_computed.clear();
    CHECK(check(scratch, "disabled", "s3cret") == PasswordAnswer::wrong);
    CHECK_EQUAL(hashes_computed.size(), 2);
}

TEST(R86_who_is_unknown_or_disabled_costs_what_others_in_the_table_cost) {
    ScratchDatabase scratch;
    add_user(scratch, "alice", hash_2b);
    add_user(scratch, "mallory", hash_of_cost_10);
    add_user(scratch, "nohash", "");
    add_user(scratch, "oscar", hash_2a);
    scratch.run("UPDATE users SET access_enabled = FALSE WHERE username = 'oscar'");
    for (const auto& [name, cost] : {std::pair{"aaron", "$2y$04$"}, {"bob", "$2y$10$"}, {"nohash", "$2y$04$"},
                                     {"oscar", "$2y$04$"}, {"zoe", "$2y$04$"}, {"", "$2y$04$"}}) {
        const Case at{name};
        hashes_computed.clear();
        CHECK(check(scratch, name, "wrong") != PasswordAnswer::right);
        CHECK_EQUAL(hashes_computed.size(), 2);
        for (const auto& hash : hashes_computed) CHECK(hash.starts_with(cost));
    }
}

TEST(R84_a_table_that_is_gone_is_an_error_and_no_answer) {
    ScratchDatabase scratch;
    scratch.run("DROP TABLE user_company_access");
    CHECK(ERROR_OF(PasswordStore{scratch.database()}.find("alice")).kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace uzmfa::test
