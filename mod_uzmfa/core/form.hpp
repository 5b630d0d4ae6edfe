// SPDX-License-Identifier: Apache-2.0
// Fields of a form or a query (application/x-www-form-urlencoded), bounded before they are parsed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace uzmfa {

inline constexpr std::size_t longest_form = 8192;  // bytes of a body

class Form {
public:
    // Nothing where a field stands twice, an escape is broken, or text holds NUL or is not UTF-8.
    static std::optional<Form> parse(std::string_view encoded);

    // The field's value, empty where it is missing.
    std::string_view operator[](std::string_view name) const;
    bool has(std::string_view name) const { return fields_.contains(name); }

    // True where a field stands in both.
    bool overlaps(const Form& other) const;

private:
    std::map<std::string, std::string, std::less<>> fields_;
};

}  // namespace uzmfa
