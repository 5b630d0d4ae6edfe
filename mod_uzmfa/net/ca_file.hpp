// SPDX-License-Identifier: Apache-2.0
// A file of certificates to trust.
#pragma once

#include <string>

namespace uzmfa {

// Why it cannot be used, empty where it can: it holds a certificate in PEM.
std::string complaint_about_ca_file(const std::string& path);

}  // namespace uzmfa
