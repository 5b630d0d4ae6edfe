// SPDX-License-Identifier: Apache-2.0
// The languages that the pages are offered in: a file lang/TAG.json each.
#pragma once

#include "view/files.hpp"
#include "view/messages.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace uzmfa {

struct Language {
    std::string tag;  // RFC 5646, such as "de"
    Messages messages;
};

class Languages {
public:
    // All that either folder has. What the own file of a language lacks comes from the installed one of the same
    // language, then from English.
    static Result<Languages> load(const Folders& folders);

    const Language& english() const { return languages_.front(); }
    const Language& wanted_by(std::string_view accept_language) const;

private:
    std::vector<Language> languages_;  // English, then the others
};

}  // namespace uzmfa
