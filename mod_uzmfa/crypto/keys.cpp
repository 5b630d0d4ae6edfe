// SPDX-License-Identifier: Apache-2.0
#include "crypto/keys.hpp"

#include "crypto/encoding.hpp"
#include "crypto/secret_file.hpp"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace uzmfa {
namespace {

constexpr std::size_t largest_key_file = 64 * 1024;

Error misconfigured(std::string detail) { return {ErrorKind::misconfigured, std::move(detail)}; }

std::string_view trimmed(std::string_view line) {
    const auto begin = line.find_first_not_of(" \t\r");
    if (begin == line.npos) return {};
    return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

std::string_view key_file_rule(const struct stat& status) {
    if (status.st_uid != 0 && status.st_uid != geteuid()) return "belongs neither to root nor to the user httpd starts as";
    if (status.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP)) return "is too open: its mode must be 0600, or 0640 and root's";
    if ((status.st_mode & S_IRGRP) && status.st_uid != 0) return "is too open: its mode must be 0600 where root is not its owner";
    return {};
}

}  // namespace

Result<std::vector<SecretBytes>> parse_keys(std::string_view text) {
    std::vector<SecretBytes> keys;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.front() == '#') continue;
        auto key = from_base64(line);
        if (!key || key->size() != key_bytes) {
            return misconfigured("line " + std::to_string(number) + " is not a key: base64 of 32 bytes is expected");
        }
        if (std::find(keys.begin(), keys.end(), *key) != keys.end()) {
            return misconfigured("line " + std::to_string(number) + " repeats a key");
        }
        if (keys.size() == most_keys) return misconfigured("more than 16 keys");
        keys.push_back(std::move(*key));
    }
    if (keys.empty()) return misconfigured("holds no key; make one by: uzmfactl keygen FILE");
    return keys;
}

Result<std::vector<SecretBytes>> read_key_file(const std::string& path) {
    const auto text = read_secret_file(path, largest_key_file, key_file_rule);
    if (!text) return text.error();
    auto keys = parse_keys(text_of(*text));
    if (!keys) return misconfigured(path + ": " + keys.error().detail);
    return keys;
}

SecretBytes derive_key(const SecretBytes& key, std::string_view label, std::size_t size) {
    const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> hkdf{EVP_KDF_fetch(nullptr, "HKDF", nullptr), EVP_KDF_free};
    const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context{EVP_KDF_CTX_new(hkdf.get()), EVP_KDF_CTX_free};
    std::string digest = "SHA256";
    SecretBytes secret = key;
    std::string info{label};
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), digest.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
        OSSL_PARAM_construct_end(),
    };
    SecretBytes derived(size);
    if (!context || EVP_KDF_derive(context.get(), derived.data(), derived.size(), parameters) != 1) {
        throw std::runtime_error{"HKDF failed"};
    }
    return derived;
}

}  // namespace uzmfa
