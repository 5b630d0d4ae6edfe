// SPDX-License-Identifier: Apache-2.0
#include "crypto/encoding.hpp"
#include "crypto/key_rollover.hpp"
#include "crypto/keys.hpp"
#include "crypto/random.hpp"
#include "ctl/commands.hpp"
#include "ctl/output.hpp"
#include "ctl/tool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace uzmfa {
namespace {

int cannot(const std::string& what, int error) { return complain(what + ": " + std::strerror(error), exit_refused); }

int change(const Common& common, const std::string& path, KeyFileChange how, const char* said,
           const std::vector<std::string>& steps) {
    const auto count = change_key_file(path, how);
    if (!count) return failed(count.error());
    if (common.as_json) {
        print(JsonObject{}
                  .add("key_file", path)
                  .add("keys", static_cast<std::int64_t>(*count))
                  .add("next", json_array_of(steps))
                  .take());
        return exit_done;
    }
    std::printf("%s holds %zu keys. %s\nNext, in this order:\n", path.c_str(), *count, said);
    for (std::size_t i = 0; i < steps.size(); ++i) std::printf("  %zu. %s\n", i + 1, steps[i].c_str());
    return exit_done;
}

}  // namespace

int make_key_file(const Common& common, const std::string& path) {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST) {
        return complain(
            "'" + path + "' is there already: left as it is, its keys may be in use. A further key: keygen FILE --add",
            exit_refused);
    }
    if (file < 0) return cannot("cannot make '" + path + "'", errno);
    const auto line = base64(random_bytes(key_bytes)) + "\n";
    const bool written = write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && fsync(file) == 0;
    if (close(file) != 0 || !written) {
        const int why = errno;
        unlink(path.c_str());
        return cannot("cannot write '" + path + "'", why);
    }
    if (common.as_json) {
        print(JsonObject{}.add("key_file", path).take());
        return exit_done;
    }
    std::printf("%s holds a new key. Every node that serves the same site needs this same file.\n", path.c_str());
    if (geteuid() != 0) std::puts("It is not root's: httpd takes it only where it is started by the user who made it.");
    return exit_done;
}

int add_key(const Common& common, const std::string& path) {
    return change(common, path, [](std::string_view text) { return with_key_added(text, random_bytes(key_bytes)); },
                  "The new one is the last: it opens, and does not seal yet.",
                  {"copy the file to every node that serves the site", "restart httpd on every node: apachectl graceful",
                   "when all of them have it, and not before: uzmfactl keygen " + path + " --promote"});
}

int promote_key(const Common& common, const std::string& path) {
    return change(common, path, with_last_key_in_front,
                  "The one that was last is the first: it seals, and the others still open.",
                  {"copy the file to every node that serves the site", "restart httpd on every node: apachectl graceful",
                   "seal the secrets of all users anew: uzmfactl reseal",
                   "wait as long as a session may last: the longest UzmfaSessionMaxAge of any place",
                   "take out the lines of the old keys that uzmfactl check calls removable, copy the file, and restart again"});
}

}  // namespace uzmfa
