// SPDX-License-Identifier: Apache-2.0
#include "ctl/commands.hpp"

#include "config.h"
#include "crypto/encoding.hpp"
#include "crypto/keys.hpp"
#include "crypto/random.hpp"
#include "ctl/output.hpp"
#include "store/schema.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace uzmfa {
namespace {

int refused(const std::string& what, const char* why) {
    std::fprintf(stderr, "uzmfactl: %s: %s\n", what.c_str(), why);
    return exit_refused;
}

}  // namespace

const std::string_view version = PACKAGE_VERSION;

int make_key_file(const Common& common, const std::string& path) {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST) return refused("'" + path + "' is there already", "left as it is, its keys may be in use");
    if (file < 0) return refused("cannot make '" + path + "'", std::strerror(errno));
    const auto line = base64(random_bytes(key_bytes)) + "\n";
    const bool written = write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && fsync(file) == 0;
    if (close(file) != 0 || !written) {
        const int why = errno;
        unlink(path.c_str());
        return refused("cannot write '" + path + "'", std::strerror(why));
    }
    if (common.as_json) {
        print(JsonObject{}.add("key_file", path).take());
        return exit_done;
    }
    std::printf("%s holds a new key. Every node that serves the same site needs this same file.\n", path.c_str());
    if (geteuid() != 0) std::puts("It is not root's: httpd takes it only where it is started by the user who made it.");
    return exit_done;
}

int print_schema(const Common& common, const std::string& driver, bool with_users) {
    const auto sql = schema(*driver_named(driver), with_users);
    if (common.as_json) print(JsonObject{}.add("sql", sql).take());
    if (common.as_json) return exit_done;
    const bool printed = std::fputs(sql.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
    return printed ? exit_done : refused("cannot print the schema", std::strerror(errno));
}

}  // namespace uzmfa
