// SPDX-License-Identifier: Apache-2.0
// What a server's sections say about files and URLs, and the ways by which a file of a gated place can be had without
// passing the gate. A gate on URLs does not see that two of them lead to the same file.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace uzmfa {

// Paths without a slash at the end, but for "/" itself.
struct Layout {
    struct Mapping {
        std::string url;
        std::string folder;
    };
    struct Section {
        std::string path;
        bool gated = false;  // says UzmfaEngine On or ReportOnly; or Off
    };
    std::vector<Mapping> mappings{};      // Alias, ScriptAlias, DocumentRoot
    std::vector<Section> locations{};     // those with an UzmfaEngine, in the order of the configuration
    std::vector<Section> directories{};
    std::vector<std::string> dav_locations{};
    std::vector<std::string> dav_directories{};
};

// One sentence for an administrator each.
std::set<std::string> unguarded_ways(const Layout& layout);

}  // namespace uzmfa
