// SPDX-License-Identifier: Apache-2.0
// An event as a line of the audit log.
#pragma once

#include "core/event.hpp"
#include "core/moment.hpp"

#include <string>
#include <string_view>

namespace uzmfa {

struct AuditEntry {
    Moment at{};
    int id = 0;  // of the event: UZMFA and four digits; 0: none
    std::string_view text;
    std::string_view node;
    const Event& event;
};

// A JSON object (RFC 8259) and the end of the line. Each member is a text, null where it is not known, and they come in
// this order. No longer than what a pipe takes at once, so that lines of several processes never mix.
std::string audit_line(const AuditEntry& entry);
inline constexpr std::size_t longest_audit_line = 4096;  // PIPE_BUF

}  // namespace uzmfa
