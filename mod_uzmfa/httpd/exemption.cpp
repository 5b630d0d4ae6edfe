// SPDX-License-Identifier: Apache-2.0
#include "httpd/exemption.hpp"

#include "httpd/browser_session.hpp"
#include "httpd/identity.hpp"
#include "httpd/pool.hpp"
#include "httpd/settings.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace uzmfa {
namespace {

bool holds(request_rec* r, const Exemption& exemption) {
    const char* complaint = nullptr;
    const int answer = ap_expr_exec(r, exemption.condition, &complaint);
    if (answer >= 0 && !complaint) return answer > 0;
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "UZMFA1120 UzmfaExempt %s: %s", exemption.name, complaint ? complaint : "failed");
    return false;
}

// Not one that a backend may read as another: `/assets/..;/admin`, `/assets/..%2fadmin`, `/admin/../assets/x`. `path` as it
// came, encoded, or as httpd has read it.
bool is_read_alike_by_all(std::string_view path, bool is_encoded) {
    if (!path.starts_with('/') || path.find_first_of(is_encoded ? ";\\" : ";\\%") != path.npos) return false;
    std::string folded{path};
    ap_str_tolower(folded.data());
    constexpr std::string_view odd[] = {"//", "/./", "/../", "%2e", "%2f", "%5c", "%3b", "%25", "%00"};
    return !folded.ends_with("/.") && !folded.ends_with("/..") &&
           std::none_of(std::begin(odd), std::end(odd), [&](auto one) { return folded.find(one) != folded.npos; });
}

bool is_read_alike_by_all(const request_rec* r) {
    const auto asked = view_of(first_of_chain(r)->unparsed_uri);
    return is_read_alike_by_all(view_of(r->uri), false) && is_read_alike_by_all(asked.substr(0, asked.find('?')), true);
}

}  // namespace

const char* exemption_of(request_rec* r, const Service& service) {
    const auto exemptions = items_of<Exemption>(place_settings(r).exemptions);
    if (exemptions.empty() || !view_of(r->path_info).empty() || !is_read_alike_by_all(r)) return nullptr;
    if (!browser_session(r, service).secure || is_foreign_upgrade(r)) return nullptr;
    for (const auto& exemption : exemptions) {
        if (holds(r, exemption)) return exemption.name;
    }
    return nullptr;
}

}  // namespace uzmfa
