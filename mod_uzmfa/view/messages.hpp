// SPDX-License-Identifier: Apache-2.0
// The texts of one language: html/lang/*.json, a flat object of key and text.
#pragma once

#include "core/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace uzmfa {

class Messages {
public:
    static Result<Messages> parse(std::string_view json);

    // The text, or the key itself where there is none.
    std::string_view operator[](std::string_view key) const;
    bool has(std::string_view key) const { return texts_.contains(key); }

    // Takes over what is not there. The forms of a text for some number come with it, never beside a text of one's own.
    void fill_up(const Messages& others);

    using Values = std::map<std::string, std::string, std::less<>>;
    // The text filled in. Where the first value that it names is 1 or 0, it may have a form of its own: KEY_one, KEY_none.
    std::string said(std::string_view key, const Values& values) const;
    // A text with every {name} replaced by its value; unknown names stay.
    static std::string filled(std::string_view text, const Values& values);

    // The names that a text has in braces.
    static std::vector<std::string_view> names_in(std::string_view text);
    // KEY of KEY_one and KEY_none, and of KEY itself.
    static std::string_view without_number(std::string_view key);

    auto begin() const { return texts_.begin(); }
    auto end() const { return texts_.end(); }

private:
    std::map<std::string, std::string, std::less<>> texts_;
};

}  // namespace uzmfa
