// SPDX-License-Identifier: Apache-2.0
// `uzerp` as one of httpd's authn providers: for UzmfaLoginProvider, AuthBasicProvider, AuthFormProvider.
#pragma once

#include "httpd/httpd_api.hpp"

namespace uzmfa {

extern const authn_provider uzerp_provider;

}  // namespace uzmfa
