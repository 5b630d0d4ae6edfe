// SPDX-License-Identifier: Apache-2.0
#include "net/url.hpp"

#include "core/text.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace uzmfa {
namespace {

// The host in the form that libcurl will use, in lower case; nothing where there is none.
std::optional<std::string> host_of(std::string_view url) {
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed{curl_url(), curl_url_cleanup};
    if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, std::string{url}.c_str(), 0) != CURLUE_OK) return {};
    char* text = nullptr;
    if (curl_url_get(parsed.get(), CURLUPART_HOST, &text, 0) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owned{text, curl_free};
    return lower(text);
}

bool is_loopback(const std::string& host) {
    std::array<unsigned char, 4> address{};
    return host == "localhost" || host == "[::1]" ||
           (inet_pton(AF_INET, host.c_str(), address.data()) == 1 && address[0] == 127);
}

}  // namespace

std::string complaint_about_url(std::string_view url) {
    const bool is_plain = url.starts_with("http://");
    if (!is_plain && !url.starts_with("https://")) return "must begin with https://";
    if (!std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c <= '~'; })) {
        return "holds a blank or a character beyond ASCII";
    }
    if (url.find('@') != url.npos) return "must hold no user and no password";
    if (url.find_first_of("?#") != url.npos) return "must hold no query and no fragment";
    const auto host = host_of(url);
    // libcurl passes over a third slash.
    if (!host || url.substr(url.find("//") + 2).starts_with('/')) return "is no URL";
    if (is_plain && !is_loopback(*host)) return "must begin with https://, or lead to a loopback address";
    return {};
}

bool is_loopback_url(std::string_view url) {
    const auto host = host_of(url);
    return host && is_loopback(*host);
}

}  // namespace uzmfa
