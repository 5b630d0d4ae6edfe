// SPDX-License-Identifier: Apache-2.0
#include "view/audit_line.hpp"

#include "core/utc.hpp"

#include <jansson.h>

#include <cstdlib>
#include <memory>
#include <new>

namespace uzmfa {

std::string audit_line(const AuditEntry& entry) {
    const Event event = fit_to_keep(entry.event);
    const std::string time = iso_8601(entry.at);
    const std::string id = entry.id == 0 ? "" : "UZMFA" + std::to_string(entry.id);
    const std::unique_ptr<json_t, decltype(&json_decref)> line{json_object(), json_decref};
    // The address before what a client may say of itself: a filter that reads from the left is not misled.
    for (const auto& [name, value] : {std::pair<const char*, std::string_view>{"time", time},
                                      {"id", id},
                                      {"event", event.name},
                                      {"address", event.address},
                                      {"user", event.user},
                                      {"session", event.session},
                                      {"method", event.method},
                                      {"node", entry.node},
                                      {"made_by", event.made_by},
                                      {"text", entry.text},
                                      {"detail", event.detail},
                                      {"browser", event.browser}}) {
        json_t* const text = value.empty() ? json_null() : json_stringn(value.data(), value.size());
        if (json_object_set_new(line.get(), name, text) != 0) throw std::bad_alloc{};
    }
    const std::unique_ptr<char, decltype(&std::free)> text{json_dumps(line.get(), JSON_COMPACT), std::free};
    if (!text) throw std::bad_alloc{};
    return std::string{text.get()} + '\n';
}

}  // namespace uzmfa
