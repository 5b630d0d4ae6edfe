// SPDX-License-Identifier: Apache-2.0
// From a page's values to what the browser gets: templates (mustache), texts, and the files beside them.
#pragma once

#include "core/outcome.hpp"
#include "core/policy.hpp"
#include "view/messages.hpp"

#include <map>
#include <string>
#include <string_view>

namespace uzmfa {

struct Rendered {
    std::string_view content_type;
    std::string body;
};

// Read and tried out once at start, then constant.
class Pages {
public:
    // Files are taken from `directory`; what is missing there from `installed`.
    static Result<Pages> load(const std::string& directory, const std::string& installed);

    Result<Rendered> render(const Page& page, int status, const Site& site, std::string_view request_id) const;

    // A file beside the pages, such as style.css, or nothing.
    const Rendered* asset(std::string_view name) const;

private:
    Result<std::string> html(const Page& page, const Site& site, std::string_view request_id) const;

    std::map<std::string, std::string, std::less<>> templates_;
    std::map<std::string, Rendered, std::less<>> assets_;
    Messages messages_;
};

}  // namespace uzmfa
