// SPDX-License-Identifier: Apache-2.0
#include "crypto/encoding.hpp"
#include "crypto/keys.hpp"
#include "test.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace uzmfa::test {
namespace {

// The key of 32 bytes of one value.
std::string key_of(std::uint8_t value) { return base64(SecretBytes(key_bytes, value)); }

std::string complaint_about(std::string_view text) { return ERROR_OF(parse_keys(text)).detail; }

bool is_root() { return geteuid() == 0; }

TEST(the_keys_of_a_file_are_read_in_order) {
    const auto keys = VALUE(parse_keys(key_of(1) + "\n" + key_of(2) + "\n"));
    CHECK_EQUAL(keys.size(), 2);
    CHECK(keys[0] == SecretBytes(key_bytes, 1));
    CHECK(keys[1] == SecretBytes(key_bytes, 2));
}

TEST(blank_lines_comments_and_white_space_are_passed_over) {
    const auto keys = VALUE(parse_keys("# a comment\n\n  \t\r\n  " + key_of(1) + "\t\r\n#" + key_of(2) + "\n  # " + key_of(3) +
                                       "\n" + key_of(4)));
    CHECK_EQUAL(keys.size(), 2);
    CHECK(keys[1] == SecretBytes(key_bytes, 4));
}

TEST(a_text_without_a_key_is_refused) {
    for (const std::string_view text : {"", "\n", "# nothing\n", " \t\r\n\n"}) {
        CHECK_CONTAINS(complaint_about(text), "holds no key");
    }
}

TEST(a_line_that_is_no_key_is_named_by_its_number) {
    const auto good = key_of(1);
    CHECK_CONTAINS(complaint_about("secret"), "line 1 ");
    CHECK_CONTAINS(complaint_about(good + "\nsecret\n" + good), "line 2 ");
    CHECK_CONTAINS(complaint_about("# one\n\n" + good + "\r\n\n" + good.substr(1)), "line 5 ");
    CHECK_CONTAINS(complaint_about(good + " # my key"), "line 1 ");
    CHECK_CONTAINS(complaint_about(good + " " + key_of(2)), "line 1 ");
}

TEST(a_key_of_another_size_or_spelling_is_refused) {
    for (const std::size_t size : {0u, 1u, 16u, 31u, 33u, 64u}) {
        if (size > 0) CHECK_CONTAINS(complaint_about(base64(SecretBytes(size, 7))), "line 1 ");
    }
    CHECK_CONTAINS(complaint_about(base64url(SecretBytes(key_bytes, 7))), "line 1 ");
    CHECK_CONTAINS(complaint_about(hex(SecretBytes(key_bytes, 7))), "line 1 ");
    auto other_last_bits = key_of(7);
    other_last_bits[42] = static_cast<char>(other_last_bits[42] + 1);
    CHECK_CONTAINS(complaint_about(other_last_bits), "line 1 ");
    CHECK_CONTAINS(complaint_about(std::string(1, '\0') + key_of(7)), "line 1 ");
}

TEST(a_complaint_does_not_show_the_key) {
    CHECK_LACKS(complaint_about("c2VjcmV0c2VjcmV0"), "c2Vj");
    CHECK_LACKS(complaint_about(key_of(1) + "\n" + key_of(1)), key_of(1).substr(0, 8));
}

TEST(a_repeated_key_is_refused) { CHECK_CONTAINS(complaint_about(key_of(1) + "\n" + key_of(2) + "\n" + key_of(1)), "line 3 "); }

TEST(a_file_has_16_keys_at_most) {
    std::string text;
    for (std::uint8_t i = 0; i < 16; ++i) text += key_of(i) + "\n";
    CHECK_EQUAL(VALUE(parse_keys(text)).size(), 16);
    CHECK_CONTAINS(complaint_about(text + key_of(16)), "more than 16 keys");
}

// --- the file ---

TEST(R65_a_key_file_of_mode_0600_or_0400_is_read) {
    const TemporaryFolder folder;
    for (const unsigned mode : {0600u, 0400u}) {
        const auto keys = VALUE(read_key_file(folder.file("keys" + std::to_string(mode), key_of(1) + "\n", mode)));
        CHECK(keys[0] == SecretBytes(key_bytes, 1));
    }
}

TEST(R65_a_key_file_of_mode_0640_is_read_where_it_is_roots) {
    const TemporaryFolder folder;
    const auto path = folder.file("keys", key_of(1), 0640);
    const auto keys = read_key_file(path);
    CHECK_EQUAL(static_cast<bool>(keys), is_root());
    if (!keys) CHECK_CONTAINS(keys.error().detail, "too open");
}

TEST(R65_a_key_file_that_others_can_use_is_refused) {
    const TemporaryFolder folder;
    for (const unsigned mode : {0644u, 0604u, 0602u, 0601u, 0660u, 0620u, 0650u, 0610u, 0666u, 0777u, 0642u}) {
        const Case at{std::to_string(mode)};
        const auto path = folder.file("keys" + std::to_string(mode), key_of(1), mode);
        const auto error = ERROR_OF(read_key_file(path));
        CHECK(error.kind == ErrorKind::misconfigured);
        CHECK_CONTAINS(error.detail, path);
        CHECK_CONTAINS(error.detail, "too open");
    }
}

TEST(R65_a_key_file_of_another_user_is_refused) {
    if (!is_root()) return;  // only root can make one
    const TemporaryFolder folder;
    const auto path = folder.file("keys", key_of(1), 0600);
    CHECK_EQUAL(chown(path.c_str(), 12345, 12345), 0);
    CHECK_CONTAINS(ERROR_OF(read_key_file(path)).detail, "belongs neither to root");
}

TEST(R65_a_key_file_of_whom_httpd_starts_as_is_read_where_nobody_else_may) {
    if (!is_root()) return;  // only root can be somebody else for a while
    const TemporaryFolder folder;
    CHECK_EQUAL(chmod(folder.path().c_str(), 0711), 0);
    for (const unsigned mode : {0600u, 0640u}) {
        const Case at{std::to_string(mode)};
        const auto path = folder.file("keys" + std::to_string(mode), key_of(1), mode);
        CHECK_EQUAL(chown(path.c_str(), 12345, 0), 0);
        CHECK_EQUAL(seteuid(12345), 0);
        const auto keys = read_key_file(path);
        CHECK_EQUAL(seteuid(0), 0);
        CHECK_EQUAL(static_cast<bool>(keys), mode == 0600);
        if (!keys) CHECK_CONTAINS(keys.error().detail, "must be 0600 where root is not its owner");
    }
}

TEST(a_missing_key_file_is_named) {
    const TemporaryFolder folder;
    CHECK_CONTAINS(ERROR_OF(read_key_file(folder.path() + "/none")).detail, folder.path() + "/none: ");
    CHECK(ERROR_OF(read_key_file("")).kind == ErrorKind::misconfigured);
}

TEST(a_key_file_that_may_not_be_read_is_named) {
    if (is_root()) return;  // root reads everything
    const TemporaryFolder folder;
    const auto path = folder.file("keys", key_of(1), 0);
    CHECK_CONTAINS(ERROR_OF(read_key_file(path)).detail, path);
}

TEST(a_folder_a_FIFO_and_a_device_are_no_key_files_and_do_not_hang) {
    const TemporaryFolder folder;
    const auto fifo = folder.path() + "/fifo";
    CHECK_EQUAL(mkfifo(fifo.c_str(), 0600), 0);
    for (const std::string& path : {folder.path(), fifo, std::string{"/dev/zero"}}) {
        const Case at{path};
        CHECK_CONTAINS(ERROR_OF(read_key_file(path)).detail, "is not a regular file");
    }
}

TEST(a_link_to_a_key_file_is_read_by_what_it_leads_to) {
    const TemporaryFolder folder;
    const auto link = folder.path() + "/link";
    const auto good = folder.file("good", key_of(1), 0600);
    CHECK_EQUAL(symlink(good.c_str(), link.c_str()), 0);
    CHECK_EQUAL(VALUE(read_key_file(link)).size(), 1);
    CHECK_EQUAL(chmod(good.c_str(), 0644), 0);
    CHECK_CONTAINS(ERROR_OF(read_key_file(link)).detail, "too open");
}

TEST(a_key_file_has_64_KiB_at_most) {
    const TemporaryFolder folder;
    const auto text = key_of(1) + "\n#";
    const std::string filler(64 * 1024 - text.size(), 'x');
    CHECK_EQUAL(VALUE(read_key_file(folder.file("full", text + filler))).size(), 1);
    CHECK_CONTAINS(ERROR_OF(read_key_file(folder.file("over", text + filler + "x"))).detail, "too large");
}

TEST(a_complaint_about_a_line_names_the_file_too) {
    const TemporaryFolder folder;
    const auto path = folder.file("keys", "# my keys\nsecret\n");
    CHECK_CONTAINS(ERROR_OF(read_key_file(path)).detail, path + ": line 2 ");
    CHECK_CONTAINS(ERROR_OF(read_key_file(folder.file("empty", ""))).detail, "holds no key");
}

// --- derivation ---

// RFC 5869 A.3: no salt, no info.
TEST(RFC_5869_the_vector_without_salt_is_met) {
    const auto derived = derive_key(SecretBytes(22, 0x0b), "", 42);
    CHECK_EQUAL(hex_of(text_of(derived)),
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

// HKDF written out once more, by HMAC of another library: python3 -c 'import hmac …'.
TEST(a_derived_key_is_HKDF_SHA256_of_the_label) {
    const auto derived = derive_key(SecretBytes(key_bytes, 7), use::session);
    CHECK_EQUAL(hex_of(text_of(derived)), "2aa7ecb9242ba9094e54f6ae4fa4b527de271dff3a3802ae7f53d36a3bc82b1c");
}

TEST(keys_of_different_uses_and_keys_differ) {
    const SecretBytes key(key_bytes, 7);
    const auto derived = derive_key(key, use::session);
    CHECK_EQUAL(derived.size(), key_bytes);
    CHECK(derived == derive_key(key, use::session));
    CHECK(derived != derive_key(key, use::totp_secret));
    CHECK(derived != derive_key(key, use::form_token));
    CHECK(derived != derive_key(SecretBytes(key_bytes, 8), use::session));
    CHECK(derived != key);
}

}  // namespace
}  // namespace uzmfa::test
