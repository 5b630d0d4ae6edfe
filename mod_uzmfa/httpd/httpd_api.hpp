// SPDX-License-Identifier: Apache-2.0
// The only door for httpd's headers.
#pragma once

#define AP_HAVE_DESIGNATED_INITIALIZER
#include <httpd.h>
#include <http_config.h>
#include <http_core.h>
#include <http_log.h>
#include <http_main.h>
#include <http_protocol.h>
#include <http_request.h>
#include <ap_mpm.h>
#include <ap_provider.h>
#include <apr_dbd.h>
#include <apr_optional.h>
#include <apr_optional_hooks.h>
#include <apr_shm.h>
#include <apr_strings.h>
#include <mod_auth.h>
#include <mod_dbd.h>
#include <mod_session.h>
#include <mod_ssl.h>
#include <mod_status.h>
#include <mod_watchdog.h>
#include <util_filter.h>

#include <cstddef>

// For C++ APR reaches through a null pointer, wherever the end of a brigade is looked for.
#undef APR_OFFSETOF
#define APR_OFFSETOF(type, member) offsetof(type, member)

extern "C" {
APLOG_USE_MODULE(uzmfa);
}
