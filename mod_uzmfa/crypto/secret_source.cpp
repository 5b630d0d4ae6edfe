// SPDX-License-Identifier: Apache-2.0
#include "crypto/secret_source.hpp"

#include "crypto/run_program.hpp"
#include "crypto/secret_file.hpp"

#include <algorithm>
#include <string>

namespace uzmfa {
namespace {

using std::chrono::milliseconds;

static_assert(largest_secret == 4096, "complaints say so");

constexpr std::string_view file_prefix = "file:";
constexpr std::string_view exec_prefix = "exec:";

// `origin` is what gave the text.
Result<SecretBytes> checked(SecretBytes text, const std::string& origin) {
    if (!text.empty() && text.back() == '\n') text.pop_back();
    if (const auto complaint = complaint_about_secret(text_of(text)); !complaint.empty()) {
        return misconfigured("what " + origin + " gives " + std::string{complaint});
    }
    return text;
}

Result<SecretBytes> secret_of_file(const std::string& path) {
    if (!path.starts_with('/')) return misconfigured("file: needs an absolute path");
    auto text = read_secret_file(path, largest_secret + 1, shared_file_rule);
    if (!text) return text;
    return checked(std::move(*text), path);
}

// --- exec: ---

Result<SecretBytes> secret_of_command(std::string_view command, milliseconds deadline) {
    const auto words = words_of(command);
    if (!words) return misconfigured("exec: has a quote that is not closed");
    if (words->empty() || !words->front().starts_with('/')) return misconfigured("exec: needs the absolute path of a program");
    const std::string& program = words->front();
    // A newline, and one byte that is too many.
    auto run = run_program({.words = *words, .most = largest_secret + 2, .is_bounded = true, .deadline = deadline});
    if (run.is_cut) run.complaint = " says too much: a secret may have 4096 bytes";
    if (!run.complaint.empty()) return misconfigured(program + run.complaint);
    return checked(std::move(run.output), program);
}

}  // namespace

std::string_view complaint_about_secret(std::string_view text) {
    const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
    if (text.empty()) return "is empty";
    if (text.size() > largest_secret) return "is too large: a secret may have 4096 bytes";
    if (text.front() == ' ' || text.back() == ' ') return "has blanks around it";
    if (std::any_of(text.begin(), text.end(), is_control)) return "has a control character";
    return {};
}

bool is_literal_secret(std::string_view text) {
    return !text.empty() && !text.starts_with(file_prefix) && !text.starts_with(exec_prefix);
}

Result<SecretBytes> secret_from(std::string_view text, milliseconds deadline) {
    if (const auto complaint = complaint_about_secret(text); !complaint.empty()) return misconfigured(std::string{complaint});
    if (text.starts_with(file_prefix)) return secret_of_file(std::string{text.substr(file_prefix.size())});
    if (text.starts_with(exec_prefix)) return secret_of_command(text.substr(exec_prefix.size()), deadline);
    return secret_bytes(text);
}

}  // namespace uzmfa
