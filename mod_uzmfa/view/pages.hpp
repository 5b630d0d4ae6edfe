// SPDX-License-Identifier: Apache-2.0
// From a page's values to what the browser gets: templates (mustache), texts, and the files beside them.
#pragma once

#include "core/outcome.hpp"
#include "core/policy.hpp"
#include "view/languages.hpp"
#include "view/template_check.hpp"

#include <map>
#include <string>
#include <string_view>

namespace uzmfa {

struct Rendered {
    std::string_view content_type;
    std::string body;
    std::string_view language{};  // empty where it is in none
};

// For whom a page is.
struct Reader {
    std::string_view accept_language{};  // as it came
    std::string_view request_id{};       // to be told to the administrator; may be empty
};

// Read and tried out once at the start, then constant.
class Pages {
public:
    // Files are taken from the own folder; what is missing there from the installed one.
    static Result<Pages> load(const Folders& folders);

    Result<Rendered> render(const Page& page, int status, const Site& site, const Reader& reader) const;

    // A file beside the pages, such as style.css, or nothing.
    const Rendered* asset(std::string_view name) const;

private:
    Result<std::string> html(const Page& page, const Site& site, const Language& language, std::string_view request_id) const;

    Templates templates_;
    std::map<std::string, Rendered, std::less<>> assets_;
    Languages languages_;
};

}  // namespace uzmfa
