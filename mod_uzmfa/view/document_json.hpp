// SPDX-License-Identifier: Apache-2.0
// What the API answers, as JSON (docs/openapi.json).
#pragma once

#include "core/document.hpp"

#include <string>

namespace uzmfa {

std::string json_text(const Document& document);

}  // namespace uzmfa
