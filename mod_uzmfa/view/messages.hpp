// SPDX-License-Identifier: Apache-2.0
// The texts of one language: html/lang/*.json, a flat object of key and text.
#pragma once

#include "core/result.hpp"

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace uzmfa {

class Messages {
public:
    static Result<Messages> parse(std::string_view json);

    // The text, or the key itself where there is none.
    std::string_view operator[](std::string_view key) const;
    bool has(std::string_view key) const { return texts_.contains(key); }

    using Values = std::map<std::string, std::string, std::less<>>;
    // A text with every {name} replaced by its value; unknown names stay.
    static std::string filled(std::string_view text, const Values& values);

    auto begin() const { return texts_.begin(); }
    auto end() const { return texts_.end(); }

private:
    std::map<std::string, std::string, std::less<>> texts_;
};

}  // namespace uzmfa
