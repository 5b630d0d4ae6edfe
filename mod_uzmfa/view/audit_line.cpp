// SPDX-License-Identifier: Apache-2.0
#include "view/audit_line.hpp"

#include "core/utc.hpp"
#include "view/json.hpp"

namespace uzmfa {

std::string audit_line(const AuditEntry& entry) {
    const Event event = fit_to_keep(entry.event);
    // The address before what a client may say of itself: a filter that reads from the left is not misled.
    const auto line = JsonObject{}
                          .add("time", iso_8601(entry.at))
                          .add("id", entry.id == 0 ? "" : "UZMFA" + std::to_string(entry.id))
                          .add("event", event.name)
                          .add("address", event.address)
                          .add("user", event.user)
                          .add("session", event.session)
                          .add("method", event.method)
                          .add("node", entry.node)
                          .add("made_by", event.made_by)
                          .add("text", entry.text)
                          .add("detail", event.detail)
                          .add("browser", event.browser)
                          .take();
    return text_of(line) + '\n';
}

}  // namespace uzmfa
