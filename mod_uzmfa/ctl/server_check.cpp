// SPDX-License-Identifier: Apache-2.0
#include "ctl/server_check.hpp"

#include "core/companions.hpp"
#include "core/printable.hpp"
#include "core/text.hpp"

#include <curl/curl.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>

namespace uzmfa {
namespace {

// --- the modules ---

struct Ended {
    std::string said;
    bool is_well = false;
};

Ended run(const std::string& command) {
    Ended ended;
    std::FILE* const output = popen((command + " 2>&1 </dev/null").c_str(), "re");
    if (!output) return {std::strerror(errno)};
    std::array<char, 4096> part;
    while (const auto size = std::fread(part.data(), 1, part.size(), output)) ended.said.append(part.data(), size);
    const int status = pclose(output);
    ended.is_well = status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return ended;
}

// What somebody must read of many lines: httpd writes its complaint first.
std::string first_line_of(std::string_view text) {
    for (auto rest = text; !rest.empty();) {
        const auto line = take_until('\n', rest);
        // It goes on with a name that it had to choose; that is no complaint.
        if (!line.empty() && line.find("AH00558") == line.npos) return printable(line);
    }
    return "it says nothing";
}

std::string short_name_of(std::string_view module) { return std::string{module.substr(0, module.rfind("_module"))}; }

// --- the site ---

struct Answer {
    CURLcode code;
    std::string complaint;  // libcurl's, where there is one
    std::optional<std::string> transport;  // Strict-Transport-Security
};

std::size_t drop(char*, std::size_t size, std::size_t count, void*) noexcept { return size * count; }

Answer ask(const std::string& url, bool verifies) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy{curl_easy_init(), curl_easy_cleanup};
    if (!easy) return {CURLE_OUT_OF_MEMORY, "libcurl does not start", {}};
    curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT, 10L);
    curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy.get(), CURLOPT_NOBODY, 1L);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(easy.get(), CURLOPT_USERAGENT, "uzmfactl");
    curl_easy_setopt(easy.get(), CURLOPT_SSL_VERIFYPEER, verifies ? 1L : 0L);
    curl_easy_setopt(easy.get(), CURLOPT_SSL_VERIFYHOST, verifies ? 2L : 0L);
    std::array<char, CURL_ERROR_SIZE> complaint{};
    curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, complaint.data());
    Answer answer{curl_easy_perform(easy.get()), {}, {}};
    if (answer.code != CURLE_OK) answer.complaint = *complaint.data() ? complaint.data() : curl_easy_strerror(answer.code);
    curl_header* found = nullptr;
    if (curl_easy_header(easy.get(), "Strict-Transport-Security", 0, CURLH_HEADER, -1, &found) == CURLHE_OK) {
        answer.transport = found->value;
    }
    return answer;
}

void check_transport(Report& report, const std::optional<std::string>& header) {
    constexpr const char* subject = "hsts";
    constexpr const char* remedy = "Header always set Strict-Transport-Security \"max-age=31536000\", of mod_headers";
    if (!header) {
        return report.warn(subject, std::string{"the site sends no Strict-Transport-Security: whoever types its name without https:// "
                                                "can be led elsewhere. "} + remedy);
    }
    const auto age = max_age_of(*header);
    if (!age || *age < 31'536'000) {
        return report.warn(subject,
                           "Strict-Transport-Security lasts for less than a year: '" + printable(*header) + "'. " + remedy);
    }
    report.ok(subject, "browsers keep to TLS for " + std::to_string(*age / 86'400) + " days");
}

}  // namespace

std::string modules_in(std::string_view printed) {
    std::string names = " ";
    for (auto rest = printed; !rest.empty();) {
        const auto line = take_until('\n', rest);
        const auto begin = line.find_first_not_of(' ');
        const auto end = line.find(" (", begin);
        if (begin != line.npos && begin > 0 && end != line.npos) names.append(line.substr(begin, end - begin)).append(" ");
    }
    return names;
}

std::optional<std::int64_t> max_age_of(std::string_view header) {
    for (auto rest = header; !rest.empty();) {
        auto part = trimmed(take_until(';', rest), " \t");
        constexpr std::string_view name = "max-age=";
        if (part.size() < name.size() || strncasecmp(part.data(), name.data(), name.size()) != 0) continue;
        part.remove_prefix(name.size());
        if (part.starts_with('"')) part.remove_prefix(1);
        std::int64_t age = 0;
        if (std::from_chars(part.data(), part.data() + part.size(), age).ec != std::errc{}) return {};
        return age;
    }
    return {};
}

void check_modules(Report& report, const ToolSettings& settings) {
    constexpr const char* subject = "modules";
    if (settings.httpd.empty()) return;
    const auto command = std::string{settings.httpd} + " -M";
    const auto [said, is_well] = run(command);
    if (!is_well) return report.error(subject, "`" + command + "` fails: " + first_line_of(said));
    const auto loaded = modules_in(said);
    const auto is_loaded = [&](std::string_view name) { return loaded.find(" " + std::string{name} + " ") != loaded.npos; };
    if (!is_loaded("uzmfa_module")) return report.error(subject, "httpd does not load mod_uzmfa: a2enmod uzmfa, or LoadModule");
    std::string missing;
    for (const auto& companion : companions) {
        if (!is_loaded(companion.name)) missing += " " + short_name_of(companion.name);
    }
    if (!missing.empty()) return report.error(subject, "httpd lacks what mod_uzmfa needs: a2enmod" + missing + ", or LoadModule");
    report.ok(subject, "httpd loads mod_uzmfa, and what it needs");
    if (!is_loaded("ssl_module")) {
        report.warn("tls", "httpd has no mod_ssl: without TLS the module sets no cookie and lets nobody pass");
    }
}

void check_site(Report& report, const ToolSettings& settings) {
    constexpr const char* subject = "site";
    if (settings.url.empty()) return;
    const std::string url{settings.url};
    auto answer = ask(url, true);
    if (answer.code == CURLE_PEER_FAILED_VERIFICATION) {
        report.warn(subject, "this machine does not trust the certificate: " + printable(answer.complaint));
        // Nothing is told and nothing believed but one header.
        answer = ask(url, false);
    } else if (answer.code == CURLE_OK) {
        report.ok(subject, url + " answers");
    }
    if (answer.code != CURLE_OK) return report.warn(subject, url + " does not answer: " + printable(answer.complaint));
    check_transport(report, answer.transport);
}

}  // namespace uzmfa
