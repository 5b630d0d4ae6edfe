// SPDX-License-Identifier: Apache-2.0
#include "crypto/encoding.hpp"
#include "crypto/key_rollover.hpp"
#include "crypto/keys.hpp"
#include "crypto/replace_file.hpp"
#include "test.hpp"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

namespace uzmfa::test {
namespace {

std::string key_of(std::uint8_t value) { return base64(SecretBytes(key_bytes, value)); }

Result<SecretBytes> add_key_9(std::string_view text) { return with_key_added(text, SecretBytes(key_bytes, 9)); }

std::string added(std::string_view text) { return std::string{text_of(VALUE(add_key_9(text)))}; }
std::string promoted(std::string_view text) { return std::string{text_of(VALUE(with_last_key_in_front(text)))}; }

std::string content_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

std::size_t files_in(const std::string& path) {
    DIR* const folder = opendir(path.c_str());
    std::size_t count = 0;
    while (readdir(folder)) ++count;
    closedir(folder);
    return count - 2;
}

const std::string k1 = key_of(1);
const std::string k2 = key_of(2);
const std::string k3 = key_of(3);
const std::string k9 = key_of(9);

// --- the text ---

TEST(R66_an_added_key_is_the_last_and_changes_nothing_before_it) {
    CHECK_EQUAL(added(k1 + "\n"), k1 + "\n" + k9 + "\n");
    CHECK_EQUAL(added(k1), k1 + "\n" + k9 + "\n");
    CHECK_EQUAL(added(""), k9 + "\n");
    CHECK_EQUAL(added("# mine\r\n\n " + k1 + "\r\n# end"), "# mine\r\n\n " + k1 + "\r\n# end\n" + k9 + "\n");
}

TEST(R66_a_file_that_would_have_17_keys_or_be_too_large_takes_none) {
    std::string text;
    for (std::uint8_t i = 20; i < 35; ++i) text += key_of(i) + "\n";
    CHECK_EQUAL(VALUE(parse_keys(added(text))).size(), 16);
    CHECK_CONTAINS(ERROR_OF(with_key_added(added(text), SecretBytes(key_bytes, 8))).detail, "16 keys already");
    CHECK_CONTAINS(ERROR_OF(add_key_9(k1 + "\n#" + std::string(largest_key_file - 60, 'x'))).detail, "too large");
}

TEST(R66_a_promoted_key_is_the_first_and_the_others_keep_their_order) {
    CHECK_EQUAL(promoted(k1 + "\n" + k2 + "\n"), k2 + "\n" + k1 + "\n");
    CHECK_EQUAL(promoted(k1 + "\n" + k2 + "\n" + k3), k3 + "\n" + k1 + "\n" + k2 + "\n");
}

TEST(R66_comments_stay_where_they_are) {
    CHECK_EQUAL(promoted("# head\n\n" + k1 + "\n# between\n" + k2 + "\r\n# end"),
                "# head\n\n" + k2 + "\r\n" + k1 + "\n# between\n# end");
}

TEST(R66_one_key_alone_is_not_promoted) {
    CHECK_CONTAINS(ERROR_OF(with_last_key_in_front("# a\n" + k1 + "\n# b\n")).detail, "one key only");
}

// --- the file ---

TEST(R66_a_changed_file_keeps_mode_and_owner_and_leaves_nothing_beside_it) {
    const TemporaryFolder folder;
    const bool is_root = geteuid() == 0;
    const auto path = folder.file("keys", k1 + "\n", is_root ? 0640 : 0600);
    if (is_root) CHECK_EQUAL(chown(path.c_str(), 0, 12345), 0);
    CHECK_EQUAL(VALUE(change_key_file(path, add_key_9)), 2);
    CHECK_EQUAL(content_of(path), k1 + "\n" + k9 + "\n");
    struct stat status {};
    CHECK_EQUAL(stat(path.c_str(), &status), 0);
    CHECK_EQUAL(status.st_mode & 07777, is_root ? 0640u : 0600u);
    if (is_root) CHECK_EQUAL(status.st_gid, 12345u);
    CHECK_EQUAL(files_in(folder.path()), 1);
}

TEST(R66_a_file_that_httpd_would_not_take_is_left_alone) {
    const TemporaryFolder folder;
    const auto open = folder.file("open", k1 + "\n", 0644);
    const auto wrong = folder.file("wrong", k1 + "\nnonsense\n");
    for (const auto& [path, complaint] : {std::pair{open, "too open"}, std::pair{wrong, "line 2 "},
                                          std::pair{folder.path() + "/none", "No such file"}}) {
        const auto before = content_of(path);
        CHECK_CONTAINS(ERROR_OF(change_key_file(path, add_key_9)).detail, complaint);
        CHECK_EQUAL(content_of(path), before);
    }
    const auto alone = folder.file("alone", k1);
    CHECK_CONTAINS(ERROR_OF(change_key_file(alone, with_last_key_in_front)).detail, alone + " holds one key only");
    CHECK_EQUAL(files_in(folder.path()), 3);
}

TEST(a_key_that_is_there_already_is_not_added) {
    const TemporaryFolder folder;
    const auto path = folder.file("keys", k9 + "\n");
    CHECK_CONTAINS(ERROR_OF(change_key_file(path, add_key_9)).detail, "repeats a key");
    CHECK_EQUAL(content_of(path), k9 + "\n");
}

TEST(R66_a_link_stays_a_link) {
    const TemporaryFolder folder;
    const auto path = folder.file("keys", k1 + "\n");
    const auto link = folder.path() + "/link";
    CHECK_EQUAL(symlink("keys", link.c_str()), 0);
    CHECK_EQUAL(VALUE(change_key_file(link, add_key_9)), 2);
    struct stat status {};
    CHECK_EQUAL(lstat(link.c_str(), &status), 0);
    CHECK(S_ISLNK(status.st_mode));
    CHECK_EQUAL(content_of(path), k1 + "\n" + k9 + "\n");
}

Result<SecretBytes> other_text(const std::string&) { return secret_bytes("other"); }

TEST(R66_whoever_owns_the_file_owns_what_takes_its_place) {
    if (geteuid() != 0) return;  // only root can give a file away
    const TemporaryFolder folder;
    const auto path = folder.file("file", "text", 0640);
    CHECK_EQUAL(chown(path.c_str(), 12345, 54321), 0);
    VALUE(replace_file(path, other_text));
    struct stat status {};
    CHECK_EQUAL(stat(path.c_str(), &status), 0);
    CHECK_EQUAL(status.st_uid, 12345u);
    CHECK_EQUAL(status.st_gid, 54321u);
    CHECK_EQUAL(status.st_mode & 07777, 0640u);
    CHECK_EQUAL(content_of(path), "other");
}

TEST(R66_who_may_not_put_a_file_like_it_there_changes_nothing) {
    if (geteuid() != 0) return;  // only root can be somebody else for a while
    struct Row {
        std::string_view what;
        uid_t owner_of_folder;
        mode_t mode_of_folder;
        gid_t group_of_file;
    };
    for (const auto& [what, owner, mode, group] : {Row{"a folder that cannot be opened", 0, 0711, 0},
                                                   Row{"a folder that takes no file", 0, 0755, 0},
                                                   Row{"a group that cannot be given", 12345, 0755, 54321}}) {
        const Case at{what};
        const TemporaryFolder folder;
        const auto path = folder.file("keys", k1 + "\n");
        CHECK_EQUAL(chown(path.c_str(), 12345, group), 0);
        CHECK_EQUAL(chown(folder.path().c_str(), owner, 0), 0);
        CHECK_EQUAL(chmod(folder.path().c_str(), mode), 0);
        CHECK_EQUAL(seteuid(12345), 0);
        const auto changed = change_key_file(path, add_key_9);
        CHECK_EQUAL(seteuid(0), 0);
        CHECK_CONTAINS(ERROR_OF(changed).detail, path + ": ");
        CHECK_EQUAL(content_of(path), k1 + "\n");
        CHECK_EQUAL(files_in(folder.path()), 1);
    }
}

TEST(what_goes_away_or_becomes_a_folder_meanwhile_is_not_replaced) {
    for (const bool is_folder : {false, true}) {
        const TemporaryFolder folder;
        const auto path = folder.file("file", "text");
        const auto replaced = replace_file(path, [&](const std::string& real_path) {
            CHECK_EQUAL(unlink(real_path.c_str()), 0);
            if (is_folder) CHECK_EQUAL(mkdir(real_path.c_str(), 0700), 0);
            return other_text(real_path);
        });
        CHECK_EQUAL(ERROR_OF(replaced).detail, path + (is_folder ? ": Is a directory" : ": No such file or directory"));
        CHECK_EQUAL(files_in(folder.path()), is_folder ? 1 : 0);
    }
}

TEST(what_cannot_be_written_whole_takes_no_files_place) {
    const TemporaryFolder folder;
    const auto path = folder.file("keys", k1 + "\n");
    signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    CHECK_EQUAL(getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit little{50, before.rlim_max};
    CHECK_EQUAL(setrlimit(RLIMIT_FSIZE, &little), 0);
    const auto changed = change_key_file(path, add_key_9);
    CHECK_EQUAL(setrlimit(RLIMIT_FSIZE, &before), 0);
    CHECK_EQUAL(ERROR_OF(changed).detail, path + ": File too large");
    CHECK_EQUAL(content_of(path), k1 + "\n");
    CHECK_EQUAL(files_in(folder.path()), 1);
}

TEST(R66_of_two_who_change_it_at_a_time_none_loses_a_key) {
    const TemporaryFolder folder;
    const auto path = folder.file("keys", k1 + "\n");
    const auto add = [&](KeyFileChange change) {
        return std::thread{[&path, change] { static_cast<void>(change_key_file(path, change)); }};
    };
    std::thread threads[] = {
        add([](std::string_view text) { return with_key_added(text, SecretBytes(key_bytes, 2)); }),
        add([](std::string_view text) { return with_key_added(text, SecretBytes(key_bytes, 3)); }),
        add(add_key_9),
    };
    for (auto& thread : threads) thread.join();
    const auto keys = VALUE(read_key_file(path));
    CHECK_EQUAL(keys.size(), 4);
    CHECK(keys.front() == SecretBytes(key_bytes, 1));
}

}  // namespace
}  // namespace uzmfa::test
