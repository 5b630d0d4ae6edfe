// SPDX-License-Identifier: Apache-2.0
#include "view/languages.hpp"

#include "core/text.hpp"
#include "view/preferred_language.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <span>

namespace uzmfa {
namespace {

constexpr std::string_view default_tag = "en";
constexpr std::string_view extension = ".json";
constexpr std::string_view known_everywhere[] = {"system", "minutes", "digits"};

bool is_tag(std::string_view name) {
    constexpr std::size_t longest = 35;  // RFC 5646 §4.4.1
    return !name.empty() && name.size() <= longest && name.front() != '-' && name.back() != '-' &&
           std::ranges::all_of(name, [](char c) { return c == '-' || is_alphanumeric(c); });
}

Result<Done> add_tags(std::set<std::string>& tags, const std::string& folder) {
    const auto languages = folder + "/lang";
    if (!is_there(languages)) return Done{};
    std::error_code error;
    for (std::filesystem::directory_iterator entry{languages, error}, end; !error && entry != end; entry.increment(error)) {
        std::string name = entry->path().filename().string();
        // What an editor leaves behind is hidden.
        if (!name.ends_with(extension) || name.starts_with('.')) continue;
        name.resize(name.size() - extension.size());
        if (!is_tag(name)) return misconfigured(entry->path().string() + " is not named after a language, such as de or pt-BR");
        tags.insert(std::move(name));
    }
    if (error) return misconfigured(languages + " cannot be read");
    return Done{};
}

std::string file_of(std::string_view tag) { return "/lang/" + std::string{tag}.append(extension); }

Result<Messages> read_messages(const std::string& path) {
    auto json = read_file(path);
    if (!json) return json.error();
    auto messages = Messages::parse(*json);
    if (!messages) return misconfigured(path + ": " + messages.error().detail);
    return messages;
}

bool contains(std::span<const std::string_view> names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

// A {name} that no page would fill in.
Result<Done> check_names(const Messages& messages, const Messages& english, const std::string& path) {
    for (const auto& [key, text] : messages) {
        const auto key_of_all = Messages::without_number(key);
        if (!english.has(key_of_all)) continue;
        const auto known = Messages::names_in(english[key_of_all]);
        for (const auto name : Messages::names_in(text)) {
            if (contains(known, name) || contains(known_everywhere, name)) continue;
            return misconfigured(path + ": " + key + " cannot say {" + std::string{name} + "}");
        }
    }
    return Done{};
}

// The texts of one language, the own ones first.
Result<Messages> messages_of(const Folders& folders, std::string_view tag, const Messages& english) {
    const auto name = file_of(tag);
    Messages all;
    for (const auto& folder : {folders.own, folders.installed}) {
        if (folder.empty() || !is_there(folder + name)) continue;
        auto messages = read_messages(folder + name);
        if (!messages) return messages;
        if (auto checked = check_names(*messages, english, folder + name); !checked) return checked.error();
        all.fill_up(*messages);
    }
    all.fill_up(english);
    return all;
}

}  // namespace

Result<Languages> Languages::load(const Folders& folders) {
    const auto installed = read_messages(folders.installed + file_of(default_tag));
    if (!installed) return installed.error();
    auto english = messages_of(folders, default_tag, *installed);
    if (!english) return english.error();

    std::set<std::string> tags;
    for (const auto& folder : {folders.own, folders.installed}) {
        if (folder.empty()) continue;
        if (auto added = add_tags(tags, folder); !added) return added.error();
    }
    tags.erase(std::string{default_tag});

    Languages languages;
    languages.languages_.push_back({std::string{default_tag}, std::move(*english)});
    for (const auto& tag : tags) {
        auto messages = messages_of(folders, tag, languages.english().messages);
        if (!messages) return messages.error();
        languages.languages_.push_back({tag, std::move(*messages)});
    }
    return languages;
}

const Language& Languages::wanted_by(std::string_view accept_language) const {
    std::vector<std::string_view> tags;
    for (const auto& language : languages_) tags.push_back(language.tag);
    return languages_[preferred_language(accept_language, tags)];
}

}  // namespace uzmfa
