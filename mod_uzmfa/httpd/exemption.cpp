// SPDX-License-Identifier: Apache-2.0
#include "httpd/exemption.hpp"

#include "httpd/browser_session.hpp"
#include "httpd/pool.hpp"
#include "httpd/settings.hpp"

namespace uzmfa {
namespace {

bool holds(request_rec* r, const Exemption& exemption) {
    const char* complaint = nullptr;
    const int answer = ap_expr_exec(r, exemption.condition, &complaint);
    if (answer >= 0 && !complaint) return answer > 0;
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "UZMFA1120 UzmfaExempt %s: %s", exemption.name, complaint ? complaint : "failed");
    return false;
}

// Not one that a backend may read as another: `/assets/..;/admin`, `/assets/..%2fadmin`, `/assets/..\\admin`.
bool is_read_alike_by_all(std::string_view path) {
    return path.find_first_of(";\\%") == path.npos && path.find("//") == path.npos;
}

}  // namespace

const char* exemption_of(request_rec* r, const Service& service) {
    const auto exemptions = items_of<Exemption>(place_settings(r).exemptions);
    if (exemptions.empty() || !view_of(r->path_info).empty() || !is_read_alike_by_all(view_of(r->uri)) || !browser_session(r, service).secure) return nullptr;
    for (const auto& exemption : exemptions) {
        if (holds(r, exemption)) return exemption.name;
    }
    return nullptr;
}

}  // namespace uzmfa
