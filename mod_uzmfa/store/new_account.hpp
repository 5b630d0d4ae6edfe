// SPDX-License-Identifier: Apache-2.0
// Users of a site without an application of its own, in the tables that `uzmfactl schema --users` makes.
#pragma once

#include "core/administration.hpp"
#include "store/database.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace uzmfa {

inline constexpr std::size_t longest_password = 72;  // bytes: bcrypt takes no more

// As PHP's password_hash writes it; takes a while. Nothing where it is no password: empty, too long, with a NUL.
std::optional<std::string> bcrypt_hash(std::string_view password);

enum class Added : std::uint8_t { done, name_is_taken, no_company };

// A user who may sign in, in the first company that is enabled.
Result<Added> add_account(Database& database, std::string_view name, std::string_view hash, const Administrator& by);

}  // namespace uzmfa
