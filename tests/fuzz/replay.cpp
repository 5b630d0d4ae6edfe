// SPDX-License-Identifier: Apache-2.0
// Gives a target every file of its corpus, and from each small one every truncation and every change
// of a single bit, unless UZMFA_REPLAY is "whole". Arguments are files or folders; without any, the target's own folder in
// UZMFA_CORPUS.
#include "fuzz.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

const char* const wish = std::getenv("UZMFA_REPLAY");
const std::size_t small = wish && wish == std::string_view{"whole"} ? 0 : 256;

Bytes read(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return Bytes{std::istreambuf_iterator<char>{file}, {}};
}

// A copy of exactly this size, so that a read behind its end is seen by AddressSanitizer.
void give(const Bytes& bytes, std::size_t size) {
    const Bytes copy(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

void replay(const fs::path& path) {
    auto bytes = read(path);
    std::printf("%s: %zu bytes\n", path.filename().c_str(), bytes.size());
    std::fflush(stdout);
    give(bytes, bytes.size());
    if (bytes.size() > small) return;
    for (std::size_t size = 0; size < bytes.size(); ++size) give(bytes, size);
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        auto& byte = bytes[bit / 8];
        const auto before = byte;
        byte = static_cast<std::uint8_t>(byte ^ 1u << bit % 8);
        give(bytes, bytes.size());
        byte = before;
    }
}

std::vector<fs::path> files_below(const fs::path& path) {
    if (!fs::is_directory(path)) return {path};
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator{path}) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

int main(int count, char** arguments) {
    std::vector<fs::path> wanted(arguments + 1, arguments + count);
    if (const char* corpus = std::getenv("UZMFA_CORPUS"); wanted.empty() && corpus) {
        wanted.push_back(fs::path{corpus} / fs::path{arguments[0]}.filename());
    }
    std::size_t replayed = 0;
    for (const auto& path : wanted) {
        for (const auto& file : files_below(path)) {
            replay(file);
            ++replayed;
        }
    }
    std::printf("%zu files replayed\n", replayed);
    return replayed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
