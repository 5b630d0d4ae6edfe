// SPDX-License-Identifier: Apache-2.0
// Which language a reader wants.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace uzmfa {

// By an Accept-Language (RFC 9110 §12.5.4), looked up as RFC 4647 §3.4 says: `de-AT` is content with `de`, `de` not with
// `de-AT`. The first of these languages where none is wanted; an ill-formed part of the header is passed over.
std::size_t preferred_language(std::string_view accept_language, std::span<const std::string_view> languages);

}  // namespace uzmfa
