// SPDX-License-Identifier: Apache-2.0
// Runs the tests linked in, or with an argument those whose names contain it.
#include "test.hpp"

#include <check.h>
#undef fail

#include <sys/stat.h>

#include <cstdio>
#include <deque>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace uzmfa::test {
namespace {

std::deque<TTest>& all_tests() {
    static std::deque<TTest> tests;
    return tests;
}

thread_local std::vector<std::string> cases;

std::string_view stem(std::string_view path) {
    path = path.substr(path.rfind('/') + 1);
    return path.substr(0, path.rfind('.'));
}

}  // namespace

Registered::Registered(const Test& test) {
    all_tests().push_back({.name = test.name, .fn = test.run, .file = test.file, .line = test.line});
}

void run(void (*body)()) {
    try {
        body();
    } catch (const std::exception& error) {
        fail_at(__FILE__, __LINE__, std::string{"an exception left the test: "} + error.what());
    }
}

void fail_at(const char* file, int line, const std::string& message) {
    std::string text = message;
    for (const auto& name : cases) text += "\n  in case " + name;
    _ck_assert_failed(file, line, "a check", "%s", text.c_str());
}

Case::Case(std::string_view name) { cases.push_back(quoted(name)); }
Case::~Case() { cases.pop_back(); }

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c >= ' ' && c <= '~') {
            out += c;
        } else {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned char>(c));
            out += escape;
        }
    }
    return out + "\"";
}

void check_contains(std::string_view text, std::string_view part, bool wanted, const char* file, int line) {
    if ((text.find(part) != text.npos) != wanted) {
        fail_at(file, line, quoted(text) + (wanted ? "\n  lacks " : "\n  holds ") + quoted(part));
    }
}

std::string hex_of(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += {digits[byte >> 4], digits[byte & 15]};
    }
    return out;
}

std::string from_hex(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        out += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
    }
    return out;
}

TemporaryFolder::TemporaryFolder(const std::string& parent) : path_{parent + "/uzmfa-test-XXXXXX"} {
    if (!mkdtemp(path_.data())) throw std::runtime_error{"no temporary folder"};
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::file(std::string_view name, std::string_view text, unsigned mode) const {
    const std::filesystem::path path = std::filesystem::path{path_} / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << text;
    chmod(path.c_str(), mode);
    return path.string();
}

}  // namespace uzmfa::test

// Read by LeakSanitizer: what a thread that ends leaves behind on purpose.
extern "C" const char* __lsan_default_suppressions() { return "leak:uzmfa::Sealer::context_of"; }

int main(int count, char** arguments) {
    using namespace uzmfa::test;
    const std::string wanted = count > 1 ? arguments[1] : "";
    // Check keeps the pointers.
    std::deque<std::string> names{std::string{stem(arguments[0])}};
    Suite* const suite = suite_create(names.back().c_str());
    TCase* group = nullptr;
    std::string_view file;
    for (const TTest& test : all_tests()) {
        if (std::string_view{test.name}.find(wanted) == std::string_view::npos) continue;
        if (!group || file != test.file) {
            file = test.file;
            names.emplace_back(stem(file));
            group = tcase_create(names.back().c_str());
            tcase_set_timeout(group, 600);
            suite_add_tcase(suite, group);
        }
        tcase_add_test(group, &test);
    }
    SRunner* const runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    const int all = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed == 0 && all > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
