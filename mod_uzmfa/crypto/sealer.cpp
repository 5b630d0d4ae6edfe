// SPDX-License-Identifier: Apache-2.0
#include "crypto/sealer.hpp"

#include "crypto/keys.hpp"
#include "crypto/random.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <cstring>
#include <stdexcept>

namespace uzmfa {
namespace {

constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t longest_value = 16 << 20;

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

void require(bool done) {
    if (!done) throw std::runtime_error{"the cipher failed"};
}

void add_context(EVP_CIPHER_CTX* cipher, std::string_view context) {
    if (context.empty()) return;
    int length = 0;
    const auto* const bytes = reinterpret_cast<const unsigned char*>(context.data());
    require(EVP_CipherUpdate(cipher, nullptr, &length, bytes, static_cast<int>(context.size())) == 1);
}

}  // namespace

Sealer::Sealer(const std::vector<SecretBytes>& keys, std::string_view use)
    : cipher_{EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr), EVP_CIPHER_free} {
    require(cipher_ != nullptr);
    for (const auto& key : keys) {
        const auto mark = derive_key(key, std::string{use} + " mark", 1 + sizeof(std::uint64_t));
        std::uint64_t serial = 0;
        std::memcpy(&serial, mark.data() + 1, sizeof serial);
        keys_.push_back({derive_key(key, use), serial, mark[0]});
    }
}

// Setting a key costs more than opening a cookie: each thread keeps its contexts, and only the nonce
// is set anew. First touched in a child, never at start: a thread_local with a destructor would keep
// the module from being unloaded at a graceful restart.
EVP_CIPHER_CTX* Sealer::context_of(const Key& key, bool sealing, const EVP_CIPHER* cipher) {
    struct Kept {
        std::uint64_t serial;
        bool sealing;
        std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context;
    };
    thread_local std::vector<Kept> kept;
    for (const auto& entry : kept) {
        if (entry.serial == key.serial && entry.sealing == sealing) return entry.context.get();
    }
    std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context{EVP_CIPHER_CTX_new()};
    require(context != nullptr);
    require(EVP_CipherInit_ex2(context.get(), cipher, key.bytes.data(), nullptr, sealing, nullptr) == 1);
    kept.push_back({key.serial, sealing, std::move(context)});
    return kept.back().context.get();
}

std::vector<std::uint8_t> Sealer::seal(std::span<const std::uint8_t> plain, std::string_view context) const {
    require(plain.size() <= longest_value);
    const Key& key = keys_.front();
    std::vector<std::uint8_t> sealed(overhead + plain.size());
    sealed[0] = key.mark;
    std::uint8_t* const nonce = sealed.data() + 1;
    std::uint8_t* const text = nonce + nonce_bytes;
    fill_random({nonce, nonce_bytes});

    EVP_CIPHER_CTX* const cipher = context_of(key, true, cipher_.get());
    int length = 0;
    require(EVP_CipherInit_ex2(cipher, nullptr, nullptr, nonce, 1, nullptr) == 1);
    add_context(cipher, context);
    require(EVP_CipherUpdate(cipher, text, &length, plain.data(), static_cast<int>(plain.size())) == 1);
    require(EVP_CipherFinal_ex(cipher, text + length, &length) == 1);
    require(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, tag_bytes, text + plain.size()) == 1);
    return sealed;
}

std::optional<Sealer::Written> Sealer::write_opened(std::span<const std::uint8_t> sealed, std::string_view context,
                                                    std::span<std::uint8_t> plain) const {
    if (sealed.size() < overhead || sealed.size() > overhead + longest_value) return std::nullopt;
    const auto nonce = sealed.subspan(1, nonce_bytes);
    const auto text = sealed.subspan(1 + nonce_bytes, sealed.size() - overhead);
    const auto tag = sealed.last(tag_bytes);
    require(plain.size() >= text.size());

    for (std::size_t number = 0; number < keys_.size(); ++number) {
        const Key& key = keys_[number];
        if (key.mark != sealed[0]) continue;
        EVP_CIPHER_CTX* const cipher = context_of(key, false, cipher_.get());
        int length = 0;
        const OSSL_PARAM parameters[] = {
            OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, const_cast<std::uint8_t*>(tag.data()), tag_bytes),
            OSSL_PARAM_construct_end(),
        };
        require(EVP_CipherInit_ex2(cipher, nullptr, nullptr, nonce.data(), 0, parameters) == 1);
        add_context(cipher, context);
        require(EVP_CipherUpdate(cipher, plain.data(), &length, text.data(), static_cast<int>(text.size())) == 1);
        if (EVP_CipherFinal_ex(cipher, plain.data() + length, &length) == 1) return Written{text.size(), number};
    }
    OPENSSL_cleanse(plain.data(), text.size());
    return std::nullopt;
}

std::optional<std::size_t> Sealer::open(std::span<const std::uint8_t> sealed, std::string_view context,
                                        std::span<std::uint8_t> plain) const {
    const auto written = write_opened(sealed, context, plain);
    return written ? std::optional{written->length} : std::nullopt;
}

std::optional<SecretBytes> Sealer::open(std::span<const std::uint8_t> sealed, std::string_view context) const {
    auto opened = open_by_key(sealed, context);
    return opened ? std::optional{std::move(opened->plain)} : std::nullopt;
}

std::optional<Sealer::Opened> Sealer::open_by_key(std::span<const std::uint8_t> sealed, std::string_view context) const {
    SecretBytes plain(sealed.size());
    const auto written = write_opened(sealed, context, plain);
    if (!written) return std::nullopt;
    plain.resize(written->length);
    return Opened{std::move(plain), written->key};
}

}  // namespace uzmfa
