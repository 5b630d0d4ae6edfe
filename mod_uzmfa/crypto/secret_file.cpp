// SPDX-License-Identifier: Apache-2.0
#include "crypto/secret_file.hpp"

#include "crypto/descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace uzmfa {

std::string_view shared_file_rule(const struct stat& status) {
    if (status.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP)) return "is too open: its mode must be 0600 or 0640";
    return {};
}

Result<SecretBytes> read_secret_file(const std::string& path, std::size_t largest, FileRule rule) {
    const auto refused = [&](const std::string& detail) { return misconfigured(path + detail); };
    const auto failed = [&] { return refused(std::string{": "} + std::strerror(errno)); };
    // O_NONBLOCK: a FIFO in its place must not hang the start.
    const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.number() < 0) return failed();
    struct stat status {};
    if (fstat(file.number(), &status) != 0) return failed();
    if (!S_ISREG(status.st_mode)) return refused(" is not a regular file");
    if (const auto complaint = rule(status); !complaint.empty()) return refused(" " + std::string{complaint});
    SecretBytes text(largest + 1);
    std::size_t length = 0;
    while (length < text.size()) {
        const auto count = read(file.number(), text.data() + length, text.size() - length);
        if (count < 0) return failed();
        if (count == 0) break;
        length += static_cast<std::size_t>(count);
    }
    if (length > largest) return refused(" is too large: it may have " + std::to_string(largest) + " bytes");
    text.resize(length);
    return text;
}

}  // namespace uzmfa
