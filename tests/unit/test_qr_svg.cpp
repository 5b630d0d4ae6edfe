// SPDX-License-Identifier: Apache-2.0
#include "test.hpp"
#include "view/qr_svg.hpp"

#include <qrencode.h>

#include <cstdio>
#include <memory>

namespace uzmfa::test {
namespace {

constexpr std::string_view uri =
    "otpauth://totp/ERP:alice?secret=HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ&issuer=ERP&algorithm=SHA1&digits=6&period=30";

std::string between(const std::string& text, std::string_view before, std::string_view after) {
    const auto begin = text.find(before);
    CHECK(begin != text.npos);
    const auto end = text.find(after, begin + before.size());
    CHECK(end != text.npos);
    return text.substr(begin + before.size(), end - begin - before.size());
}

// The dark modules that the path paints.
std::vector<std::vector<bool>> painted(const std::string& path, int size) {
    std::vector<std::vector<bool>> dark(static_cast<std::size_t>(size), std::vector<bool>(static_cast<std::size_t>(size)));
    const char* at = path.c_str();
    while (*at) {
        int x = 0, y = 0, length = 0, back = 0, used = 0;
        CHECK_EQUAL(std::sscanf(at, "M%d %dh%dv1h-%dz%n", &x, &y, &length, &back, &used), 4);
        CHECK(used > 0 && length > 0 && length == back);
        for (int i = 0; i < length; ++i) dark.at(static_cast<std::size_t>(y)).at(static_cast<std::size_t>(x + i)) = true;
        at += used;
    }
    return dark;
}

TEST(R94_a_qr_code_is_black_on_white_with_a_quiet_zone_of_4_modules) {
    const auto svg = VALUE(qr_svg(uri));
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> code{
        QRcode_encodeString8bit(std::string{uri}.c_str(), 0, QR_ECLEVEL_M), QRcode_free};
    const int size = code->width + 8;
    const auto side = std::to_string(size);
    CHECK_EQUAL(between(svg, "viewBox=\"", "\""), "0 0 " + side + " " + side);
    CHECK_CONTAINS(svg, "<path fill=\"#fff\" d=\"M0 0h" + side + "v" + side + "h-" + side + "z\"/>");
    const auto dark = painted(between(svg, "<path fill=\"#000\" d=\"", "\""), size);
    for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) {
            const bool quiet = x < 4 || y < 4 || x >= size - 4 || y >= size - 4;
            const bool expected = !quiet && (code->data[(y - 4) * code->width + x - 4] & 1);
            CHECK_EQUAL(bool{dark[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)]}, expected);
        }
    }
}

TEST(R94_a_module_is_a_whole_number_of_pixels) {
    for (const std::size_t length : {1u, 50u, 110u, 300u, 1000u, 2300u}) {
        const auto svg = VALUE(qr_svg(std::string(length, 'x')));
        const int pixels = std::stoi(between(svg, " width=\"", "\""));
        CHECK_EQUAL(between(svg, " height=\"", "\""), std::to_string(pixels));
        const int modules = std::stoi(between(svg, "viewBox=\"0 0 ", " "));
        CHECK(pixels >= modules);
        CHECK_EQUAL(pixels % modules, 0);
    }
}

TEST(a_qr_code_is_one_whole_svg_document_without_script_or_style) {
    const auto svg = VALUE(qr_svg(uri));
    CHECK(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    CHECK(svg.ends_with("</svg>"));
    for (const std::string_view part : {"<script", "style", "href", "otpauth", "HXDM"}) CHECK_LACKS(svg, part);
}

TEST(a_text_that_fits_into_no_qr_code_is_an_error) {
    CHECK(ERROR_OF(qr_svg(std::string(3000, 'x'))).kind == ErrorKind::damaged);
    CHECK(ERROR_OF(qr_svg("")).kind == ErrorKind::damaged);
}

}  // namespace
}  // namespace uzmfa::test
