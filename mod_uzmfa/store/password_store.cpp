// SPDX-License-Identifier: Apache-2.0
#include "store/password_store.hpp"

#include "core/text.hpp"
#include "crypto/encoding.hpp"
#include "crypto/secret_bytes.hpp"
#include "store/account_store.hpp"

#include <apr_md5.h>

#include <algorithm>
#include <array>

namespace uzmfa {
namespace {

// A well-formed hash that no password is known to have. Its cost is the one that PHP's password_hash had for long.
constexpr std::string_view nobodys_hash = "$2y$10$Yphj22moNdeavv1hBghZeO75aguFoSgAXRQWey4Ye3GSbR9AEUYga";
constexpr std::size_t bcrypt_length = 60;
constexpr int highest_cost = 15;  // 2^15 rounds: over a second; a row that asks for more is not checked

// $2a$, $2b$ or $2y$, a cost of two digits, 53 characters of salt and hash.
bool is_bcrypt(std::string_view hash) {
    if (hash.size() != bcrypt_length || !hash.starts_with("$2") || hash[3] != '$' || hash[6] != '$') return false;
    if (hash[2] != 'a' && hash[2] != 'b' && hash[2] != 'y') return false;
    if (!is_digit(hash[4]) || !is_digit(hash[5])) return false;
    const int cost = (hash[4] - '0') * 10 + (hash[5] - '0');
    return cost >= 4 && cost <= highest_cost;
}

// Takes as long to check as the one given.
std::string nobodys_hash_like(std::string_view hash) {
    std::string out{nobodys_hash};
    if (is_bcrypt(hash)) out.replace(4, 2, hash.substr(4, 2));
    return out;
}

// apr_password_validate knows $2a$ and $2y$; $2b$ is the same computation for passwords under 256 bytes.
std::string as_2y(std::string_view hash) {
    std::string out{hash};
    out[2] = 'y';
    return out;
}

SecretBytes ended(std::string_view text) {
    SecretBytes copy(text.size() + 1);
    std::copy(text.begin(), text.end(), copy.begin());
    return copy;
}

bool matches(const SecretBytes& password, const std::string& hash) {
    return apr_password_validate(reinterpret_cast<const char*>(password.data()), hash.c_str()) == APR_SUCCESS;
}

SecretBytes legacy_form(std::string_view password) {
    std::array<unsigned char, APR_MD5_DIGESTSIZE> digest;
    apr_md5(digest.data(), password.data(), password.size());
    return ended(hex(digest));
}

}  // namespace

// The hash of the next name in the alphabet, or of the first where `name` comes last; empty where there is none.
Result<std::string> PasswordStore::hash_near(std::string_view name) {
    for (const auto from : {name, std::string_view{}}) {
        const auto rows = database_.rows(Statement::find_cost, {from});
        if (!rows) return rows.error();
        if (!rows->empty()) return std::string{rows->front().text(0)};
    }
    return std::string{};
}

Result<KeptPassword> PasswordStore::find(std::string_view name) {
    if (!is_user_name(name)) name = {};
    auto rows = database_.rows(Statement::find_password, {name});
    if (!rows) return rows.error();
    // Asked for known users too: all get the same statements, and two checks at a cost that is in the table.
    auto model = hash_near(name);
    if (!model) return model.error();

    const bool known = rows->size() == 1 && !name.empty() && rows->front().text(0) == name;
    const Row* const row = known ? &rows->front() : nullptr;
    const bool has_hash = row && is_bcrypt(row->text(1));
    KeptPassword kept{.known = known, .fit = has_hash && row->truth(2) && row->number(3) > 0, .hash = {}};
    kept.hash = kept.fit ? as_2y(row->text(1)) : nobodys_hash_like(has_hash ? row->text(1) : *model);
    return kept;
}

PasswordAnswer check(const KeptPassword& kept, std::string_view password) {
    const bool right = matches(ended(password), kept.hash) || matches(legacy_form(password), kept.hash);
    if (!kept.known) return PasswordAnswer::no_such_user;
    return kept.fit && right ? PasswordAnswer::right : PasswordAnswer::wrong;
}

}  // namespace uzmfa
