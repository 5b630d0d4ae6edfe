// SPDX-License-Identifier: Apache-2.0
#include "crypto/replace_file.hpp"

#include "crypto/descriptor.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace uzmfa {
namespace {

// A file that is not there yet for others; removed again unless it has taken another's place.
class NewFile {
public:
    explicit NewFile(const std::string& beside) : path_{beside + ".XXXXXX"}, file_{mkostemp(path_.data(), O_CLOEXEC)} {}
    ~NewFile() {
        if (file_.number() >= 0 && !in_place_) unlink(path_.c_str());
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    bool exists() const { return file_.number() >= 0; }
    bool write_all(const SecretBytes& text) {
        for (std::size_t done = 0; done < text.size();) {
            const auto count = write(file_.number(), text.data() + done, text.size() - done);
            if (count < 0) return false;
            done += static_cast<std::size_t>(count);
        }
        return true;
    }
    // The owner before the mode: no one may read it who should not.
    bool look_like(const struct stat& status) {
        struct stat own {};
        if (fstat(file_.number(), &own) != 0) return false;
        const bool is_same = own.st_uid == status.st_uid && own.st_gid == status.st_gid;
        return (is_same || fchown(file_.number(), status.st_uid, status.st_gid) == 0) &&
               fchmod(file_.number(), status.st_mode & 07777) == 0;
    }
    bool take_place_of(const std::string& path) {
        in_place_ = fsync(file_.number()) == 0 && std::rename(path_.c_str(), path.c_str()) == 0;
        return in_place_;
    }

private:
    std::string path_;
    Descriptor file_;
    bool in_place_ = false;
};

}  // namespace

Result<Done> replace_file(const std::string& path, const MakeText& make_text) {
    const auto failed = [&] { return misconfigured(path + ": " + std::strerror(errno)); };
    const std::unique_ptr<char, decltype(&std::free)> resolved{realpath(path.c_str(), nullptr), std::free};
    if (!resolved) return failed();
    const std::string real_path = resolved.get();
    const auto folder_path = real_path.substr(0, real_path.rfind('/') + 1);

    const Descriptor folder{open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (folder.number() < 0 || flock(folder.number(), LOCK_EX) != 0) return failed();
    const auto text = make_text(real_path);
    if (!text) return text.error();

    struct stat status {};
    if (stat(real_path.c_str(), &status) != 0) return failed();
    NewFile fresh{real_path};
    const bool is_done = fresh.exists() && fresh.look_like(status) && fresh.write_all(*text) &&
                         fresh.take_place_of(real_path) && fsync(folder.number()) == 0;
    if (!is_done) return failed();
    return Done{};
}

}  // namespace uzmfa
