// SPDX-License-Identifier: Apache-2.0
// UzmfaExempt: requests that pass although the gate would stop them.
#pragma once

#include "httpd/httpd_api.hpp"

namespace uzmfa {

class Service;

// One directive; lives as long as the configuration.
struct Exemption {
    const char* name;
    const ap_expr_info_t* condition;
};

// The name of the one that lets this request pass; null where none does. Asked anew for each subrequest and internal
// redirect. None where the connection is not TLS, as nothing is granted there, nor for an upgrade that another site wants. Nor
// with PATH_INFO, where what stands behind a script's name would choose the exemption, and the script answer; nor where a
// backend may read the path as another.
const char* exemption_of(request_rec* r, const Service& service);

}  // namespace uzmfa
