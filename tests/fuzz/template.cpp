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

namespace fs = std::filesystem;

// An administrator's folder and an installed one, in memory where the system has such a folder. The latter is what a page of
// ours needs, since all of it is read for each input: the layout, the parts and one language; the other pages are empty.
struct PageFolders {
    fs::path top;
    fs::path administrators;
    fs::path installed;

    PageFolders() {
        std::string name = std::string{fs::is_directory("/dev/shm") ? "/dev/shm" : "/tmp"} + "/uzmfa-fuzz-XXXXXX";
        require(mkdtemp(name.data()) != nullptr);
        top = name;
        administrators = top / "administrators";
        installed = top / "installed";
        fs::create_directory(administrators);
        fs::create_directories(installed / "lang");
        fs::copy(fs::path{UZMFA_HTML} / "lang/en.json", installed / "lang");
        for (const auto& file : fs::directory_iterator{UZMFA_HTML}) {
            if (!file.is_regular_file()) continue;
            const auto file_name = file.path().filename();
            const bool is_needed = file_name == "layout.html" || file_name.string().starts_with("part_");
            if (file_name.extension() == ".html" && !is_needed) std::ofstream{installed / file_name};
            else fs::copy(file.path(), installed);
        }
    }
    ~PageFolders() {
        std::error_code ignored;
        fs::remove_all(top, ignored);
    }
};

constexpr std::string_view hostile = "<script>alert(\"{{system}}'&{user}\")</script>";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const PageFolders folders;
    const auto text = fuzz::text_of(data, size);
    // Set delimiters make what looks like a section something else to the library; a triple mustache
    // is the author's wish for raw text.
    const bool raw = text.find("{{{") != text.npos || text.find('&') != text.npos || text.find('=') != text.npos ||
                     text.find("<script>") != text.npos || text.find("{{") == text.npos;
    std::ofstream{folders.administrators / "login.html", std::ios::binary}.write(text.data(), static_cast<std::streamsize>(size));

    const auto pages = Pages::load({folders.administrators.string(), folders.installed.string()});
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
