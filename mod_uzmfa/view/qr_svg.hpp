// SPDX-License-Identifier: Apache-2.0
// A QR code (ISO/IEC 18004) as SVG.
#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace uzmfa {

// Black modules on white with the quiet zone of 4 modules that §9.1 asks for; error correction M.
Result<std::string> qr_svg(std::string_view text);

}  // namespace uzmfa
