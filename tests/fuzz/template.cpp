// SPDX-License-Identifier: Apache-2.0
// A page's template from UzmfaTemplateDir, rendered with hostile values.
#include "view/pages.hpp"
#include "fuzz.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <unistd.h>

using namespace uzmfa;
using fuzz::require;

namespace {

// In memory where the system has such a folder: one file is written for each input.
struct Folder {
    std::string path;
    Folder() {
        const std::string parent = std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
        path = parent + "/uzmfa-fuzz-XXXXXX";
        require(mkdtemp(path.data()) != nullptr);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
};

constexpr std::string_view hostile = "<script>alert(\"{{system}}'&{user}\")</script>";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    const auto text = fuzz::text_of(data, size);
    // Set delimiters make what looks like a section something else to the library; a triple mustache
    // is the author's wish for raw text.
    const bool raw = text.find("{{{") != text.npos || text.find('&') != text.npos || text.find('=') != text.npos ||
                     text.find("<script>") != text.npos || text.find("{{") == text.npos;
    std::ofstream{folder.path + "/login.html", std::ios::binary}.write(text.data(), static_cast<std::streamsize>(size));

    const auto pages = Pages::load({folder.path, UZMFA_HTML});
    if (!pages) {
        require(pages.error().kind == ErrorKind::misconfigured);
        require(pages.error().detail.find("login.html") != std::string::npos);
        return 0;
    }
    Site site;
    site.issuer = "ERP";
    Page page{"login", "wrong_password", {}};
    page.with("username", hostile).with("user", hostile).with("next", "/a").with("csrf", "t");
    const auto rendered = pages->render(page, 200, site, {"", "id"});
    if (!rendered) return 0;
    require(rendered->content_type == "text/html; charset=utf-8");
    if (!raw) require(rendered->body.find("<script>") == std::string::npos);
    return 0;
}
