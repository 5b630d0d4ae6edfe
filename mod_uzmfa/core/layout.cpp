// SPDX-License-Identifier: Apache-2.0
#include "core/layout.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace uzmfa {
namespace {

// `path` seen from `above`: "" where they are the same, "/x" where it lies below; nothing where it lies elsewhere.
std::optional<std::string_view> below(std::string_view path, std::string_view above) {
    if (above == "/") return path == "/" ? "" : path;
    if (!path.starts_with(above)) return std::nullopt;
    path.remove_prefix(above.size());
    if (!path.empty() && path.front() != '/') return std::nullopt;
    return path;
}

std::string joined(std::string_view above, std::string_view rest) {
    if (rest.empty()) return std::string{above};
    return std::string{above == "/" ? "" : above}.append(rest);
}

// httpd merges sections in their order: the last one counts.
bool is_gated(std::string_view path, const std::vector<Layout::Section>& sections) {
    const auto last = std::find_if(sections.rbegin(), sections.rend(),
                                   [&](const auto& section) { return below(path, section.path).has_value(); });
    return last != sections.rend() && last->gated;
}

// Where the files of a URL are: the longest mapping counts.
std::optional<std::string> folder_of(std::string_view url, const Layout& layout) {
    const Layout::Mapping* found = nullptr;
    for (const auto& mapping : layout.mappings) {
        if (below(url, mapping.url) && (!found || mapping.url.size() > found->url.size())) found = &mapping;
    }
    if (!found) return std::nullopt;
    return joined(found->folder, *below(url, found->url));
}

// The URL by which a mapping leads to files of the folder.
std::optional<std::string> url_by(const Layout::Mapping& mapping, std::string_view folder) {
    if (const auto rest = below(folder, mapping.folder)) return joined(mapping.url, *rest);
    if (below(mapping.folder, folder)) return mapping.url;
    return std::nullopt;
}

void find_other_urls(const Layout::Section& gated, const Layout& layout, std::set<std::string>& found) {
    const auto folder = folder_of(gated.path, layout);
    if (!folder || is_gated(*folder, layout.directories)) return;
    for (const auto& mapping : layout.mappings) {
        const auto url = url_by(mapping, *folder);
        if (!url || below(*url, gated.path) || is_gated(*url, layout.locations) || is_gated(mapping.folder, layout.directories)) {
            continue;
        }
        found.insert("the files of the gated " + gated.path + " can also be had as " + *url +
                        ", which is not gated: gate <Directory \"" + *folder + "\"> too");
    }
}

void find_dav_above(const std::vector<std::string>& dav, const std::vector<Layout::Section>& sections,
                    std::set<std::string>& found) {
    for (const auto& path : dav) {
        if (is_gated(path, sections)) continue;
        for (const auto& section : sections) {
            const auto rest = below(section.path, path);
            if (!section.gated || !rest || rest->empty()) continue;
            found.insert("mod_dav in " + path + ", which is not gated, can copy and move the gated " + section.path +
                            " along with it: gate " + path + " too");
        }
    }
}

}  // namespace

std::set<std::string> unguarded_ways(const Layout& layout) {
    std::set<std::string> found;
    for (const auto& location : layout.locations) {
        if (location.gated) find_other_urls(location, layout, found);
    }
    find_dav_above(layout.dav_locations, layout.locations, found);
    find_dav_above(layout.dav_directories, layout.directories, found);
    return found;
}

}  // namespace uzmfa
