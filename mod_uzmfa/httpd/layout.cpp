// SPDX-License-Identifier: Apache-2.0
#include "httpd/layout.hpp"

#include "core/layout.hpp"

#include <exception>
#include <set>
#include <string>

namespace uzmfa {
namespace {

bool is_called(const ap_directive_t* directive, const char* name) { return ap_cstr_casecmp(directive->directive, name) == 0; }

const char* arguments_of(const ap_directive_t* directive) { return directive->args ? directive->args : ""; }

std::string without_slash(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

// The next word of a directive's arguments, or of a section's with its `>`.
std::string next_word(apr_pool_t* pool, const char*& arguments) {
    std::string word = ap_getword_conf(pool, &arguments);
    if (!word.empty() && word.back() == '>') word.pop_back();
    return word;
}

class Reader {
public:
    explicit Reader(apr_pool_t* pool) : pool_{pool} {}

    // A server's own lines, and those of its sections but for virtual hosts.
    void read(const ap_directive_t* directive, Layout& layout) const {
        for (; directive; directive = directive->next) {
            const char* arguments = arguments_of(directive);
            if (is_called(directive, "DocumentRoot")) {
                layout.mappings.push_back({"/", folder(next_word(pool_, arguments))});
            } else if (is_called(directive, "Alias") || is_called(directive, "ScriptAlias")) {
                auto url = without_slash(next_word(pool_, arguments));
                if (*arguments) layout.mappings.push_back({std::move(url), folder(next_word(pool_, arguments))});
            } else if (is_called(directive, "<Location")) {
                read_section(directive, without_slash(next_word(pool_, arguments)), layout.locations, layout.dav_locations);
            } else if (is_called(directive, "<Directory")) {
                read_section(directive, folder(next_word(pool_, arguments)), layout.directories, layout.dav_directories);
            } else if (directive->first_child && !is_called(directive, "<VirtualHost")) {
                read(directive->first_child, layout);
            }
        }
    }

private:
    std::string folder(const std::string& path) const {
        const char* const whole = ap_server_root_relative(pool_, path.c_str());
        return without_slash(whole ? whole : path);
    }

    // Those with a pattern are left out.
    void read_section(const ap_directive_t* section, const std::string& path, std::vector<Layout::Section>& sections,
                      std::vector<std::string>& dav) const {
        if (path.empty() || path.front() != '/' || path.find_first_of("*?[") != path.npos) return;
        for (const auto* line = section->first_child; line; line = line->next) {
            const char* arguments = arguments_of(line);
            const bool is_off = ap_cstr_casecmp(next_word(pool_, arguments).c_str(), "Off") == 0;
            if (is_called(line, "UzmfaEngine")) sections.push_back({path, !is_off});
            if (is_called(line, "Dav") && !is_off) dav.push_back(path);
        }
    }

    apr_pool_t* pool_;
};

// Of the server and of each virtual host, which has the server's sections too.
std::set<std::string> all_unguarded_ways(apr_pool_t* pool) {
    const Reader reader{pool};
    Layout main;
    reader.read(ap_conftree, main);
    std::set<std::string> ways;
    const auto add = [&ways](const Layout& layout) { ways.merge(unguarded_ways(layout)); };
    add(main);
    for (const auto* directive = ap_conftree; directive; directive = directive->next) {
        if (!is_called(directive, "<VirtualHost")) continue;
        Layout host = main;
        reader.read(directive->first_child, host);
        add(host);
    }
    return ways;
}

}  // namespace

void warn_of_unguarded_ways(apr_pool_t* pool) noexcept {
    try {
        for (const auto& way : all_unguarded_ways(pool)) {
            ap_log_error(APLOG_MARK, APLOG_WARNING, 0, nullptr, "UZMFA1121 %s", way.c_str());
        }
    } catch (const std::exception& failure) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, nullptr, "UZMFA1090 %s failed: %s", __func__, failure.what());
    }
}

}  // namespace uzmfa
