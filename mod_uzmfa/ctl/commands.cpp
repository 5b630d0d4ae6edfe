// SPDX-License-Identifier: Apache-2.0
#include "ctl/commands.hpp"

#include "config.h"
#include "crypto/encoding.hpp"
#include "crypto/keys.hpp"
#include "crypto/random.hpp"
#include "store/schema.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace uzmfa {

const std::string_view version = PACKAGE_VERSION;

int make_key_file(const std::string& path) {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        std::fprintf(stderr, "uzmfactl: %s: %s\n", path.c_str(), std::strerror(errno));
        return exit_refused;
    }
    const auto line = base64(random_bytes(key_bytes)) + "\n";
    const bool written = write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && fsync(file) == 0;
    if (close(file) != 0 || !written) {
        std::fprintf(stderr, "uzmfactl: %s: %s\n", path.c_str(), std::strerror(errno));
        unlink(path.c_str());
        return exit_refused;
    }
    std::printf("%s holds a new key. Every node that serves the same site needs this same file.\n", path.c_str());
    return exit_done;
}

int print_schema(const std::string& driver, bool with_users) {
    const auto sql = schema(*driver_named(driver), with_users);
    return std::fputs(sql.c_str(), stdout) >= 0 && std::fflush(stdout) == 0 ? exit_done : exit_refused;
}

}  // namespace uzmfa
