// SPDX-License-Identifier: Apache-2.0
#include "crypto/password_mark.hpp"

#include <openssl/sha.h>

#include <algorithm>

namespace uzmfa {

PasswordMark password_mark(std::string_view column) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    SHA256(reinterpret_cast<const unsigned char*>(column.data()), column.size(), digest.data());
    PasswordMark mark;
    std::copy_n(digest.begin(), mark.size(), mark.begin());
    return mark;
}

}  // namespace uzmfa
