// SPDX-License-Identifier: Apache-2.0
// The modules of httpd without which a gate does not work.
#pragma once

namespace uzmfa {

struct Companion {
    const char* file;
    const char* name;
};
inline constexpr Companion companions[] = {
    {"mod_session.c", "session_module"},
    {"mod_dbd.c", "dbd_module"},
    {"mod_authn_core.c", "authn_core_module"},
    {"mod_authz_core.c", "authz_core_module"},
    {"mod_watchdog.c", "watchdog_module"},
};

}  // namespace uzmfa
