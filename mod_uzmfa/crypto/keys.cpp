// SPDX-License-Identifier: Apache-2.0
#include "crypto/keys.hpp"

#include "core/text.hpp"
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

std::string_view key_file_rule(const struct stat& status) {
    if (status.st_uid != 0 && status.st_uid != geteuid()) return "belongs neither to root nor to the user httpd starts as";
    if (status.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP)) return "is too open: its mode must be 0600, or 0640 and root's";
    if ((status.st_mode & S_IRGRP) && status.st_uid != 0) return "is too open: its mode must be 0600 where root is not its owner";
    return {};
}

}  // namespace

std::vector<KeyLine> key_lines_of(std::string_view text) {
    std::vector<KeyLine> lines;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto whole = text.substr(0, end + 1);
        const auto line = trimmed(text.substr(0, end), " \t\r");
        text.remove_prefix(whole.size());
        if (!line.empty() && line.front() != '#') lines.push_back({whole, line, number});
    }
    return lines;
}

Result<std::vector<SecretBytes>> parse_keys(std::string_view text) {
    std::vector<SecretBytes> keys;
    for (const auto& [whole, line, number] : key_lines_of(text)) {
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

Result<SecretBytes> read_key_file_text(const std::string& path) {
    auto text = read_secret_file(path, largest_key_file, key_file_rule);
    if (!text) return text;
    if (auto keys = parse_keys(text_of(*text)); !keys) return misconfigured(path + ": " + keys.error().detail);
    return text;
}

Result<std::vector<SecretBytes>> read_key_file(const std::string& path) {
    const auto text = read_key_file_text(path);
    if (!text) return text.error();
    return parse_keys(text_of(*text));
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

std::vector<SecretBytes> derive_keys(const std::vector<SecretBytes>& keys, std::string_view label) {
    std::vector<SecretBytes> derived;
    derived.reserve(keys.size());
    for (const auto& key : keys) derived.push_back(derive_key(key, label));
    return derived;
}

}  // namespace uzmfa
