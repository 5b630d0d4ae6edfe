// SPDX-License-Identifier: Apache-2.0
// What an address counts as where clients are counted.
#pragma once

#include <string>
#include <string_view>

namespace uzmfa {

// An IPv6 address is its first 64 bits: who has one has them all. An IPv4 address, mapped into IPv6 or not, is itself,
// and so is what is no address.
std::string client_network(std::string_view address);

}  // namespace uzmfa
