// SPDX-License-Identifier: Apache-2.0
#include "crypto/password_mark.hpp"

#include "crypto/encoding.hpp"
#include "crypto/mac.hpp"

#include <algorithm>

namespace uzmfa {

PasswordMark password_mark(std::string_view column) {
    const auto digest = sha256(bytes_of(column));
    PasswordMark mark;
    std::copy_n(digest.begin(), mark.size(), mark.begin());
    return mark;
}

}  // namespace uzmfa
