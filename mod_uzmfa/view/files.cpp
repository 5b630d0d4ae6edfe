// SPDX-License-Identifier: Apache-2.0
#include "view/files.hpp"

#include <filesystem>
#include <fstream>

namespace uzmfa {
namespace {

constexpr std::size_t largest_file = 1 << 20;

}  // namespace

bool is_there(const std::string& path) {
    std::error_code error;
    return std::filesystem::status(path, error).type() != std::filesystem::file_type::not_found;
}

std::string path_of(const Folders& folders, const std::string& name) {
    if (!folders.own.empty() && is_there(folders.own + "/" + name)) return folders.own + "/" + name;
    return folders.installed + "/" + name;
}

Result<std::string> read_file(const std::string& path) {
    const auto unreadable = [&] { return misconfigured(path + " cannot be read or is too large"); };
    std::ifstream file{path, std::ios::binary};
    if (!file) return unreadable();
    std::string text(largest_file + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad() || text.size() > largest_file) return unreadable();
    text.shrink_to_fit();  // each is held as long as the server runs
    return text;
}

}  // namespace uzmfa
