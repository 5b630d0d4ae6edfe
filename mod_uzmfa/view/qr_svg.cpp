// SPDX-License-Identifier: Apache-2.0
#include "view/qr_svg.hpp"

#include <qrencode.h>

#include <algorithm>
#include <memory>

namespace uzmfa {
namespace {

constexpr int quiet_zone = 4;      // modules
constexpr int widest_image = 264;  // CSS pixels; whole pixels a module, or cameras see blurred edges

// One rectangle a run of dark modules, as a single path.
std::string path_of(const QRcode& code) {
    std::string path;
    for (int y = 0; y < code.width; ++y) {
        const unsigned char* const line = code.data + y * code.width;
        for (int x = 0; x < code.width;) {
            int end = x;
            while (end < code.width && (line[end] & 1)) ++end;
            if (end > x) {
                const auto length = std::to_string(end - x);
                path += "M" + std::to_string(x + quiet_zone) + " " + std::to_string(y + quiet_zone);
                path += "h" + length + "v1h-" + length + "z";
            }
            x = end + 1;
        }
    }
    return path;
}

}  // namespace

Result<std::string> qr_svg(std::string_view text) {
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> code{
        QRcode_encodeString8bit(std::string{text}.c_str(), 0, QR_ECLEVEL_M), QRcode_free};
    if (!code) return Error{ErrorKind::damaged, "the text does not fit into a QR code"};
    const int modules = code->width + 2 * quiet_zone;
    const auto size = std::to_string(modules);
    const auto pixels = std::to_string(std::max(widest_image / modules, 1) * modules);
    return R"(<svg xmlns="http://www.w3.org/2000/svg" width=")" + pixels + R"(" height=")" + pixels +
           R"(" viewBox="0 0 )" + size + " " + size + R"(" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h)" +
           size + "v" + size + "h-" + size + R"(z"/><path fill="#000" d=")" + path_of(*code) + R"("/></svg>)";
}

}  // namespace uzmfa
