// SPDX-License-Identifier: Apache-2.0
#include "store/client_network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace uzmfa {
namespace {

constexpr std::size_t network_bytes = 8;
constexpr std::size_t mapped_bytes = 12;  // of zeros and ones before an IPv4 address

}  // namespace

std::string client_network(std::string_view address) {
    const std::string whole{address.substr(0, address.find('%'))};  // an interface may stand behind it
    in6_addr parts;
    if (inet_pton(AF_INET6, whole.c_str(), &parts) != 1) return std::string{address};

    std::array<char, INET6_ADDRSTRLEN> text{};
    if (IN6_IS_ADDR_V4MAPPED(&parts)) return inet_ntop(AF_INET, parts.s6_addr + mapped_bytes, text.data(), text.size());
    std::fill(parts.s6_addr + network_bytes, std::end(parts.s6_addr), 0);
    return inet_ntop(AF_INET6, &parts, text.data(), text.size());
}

}  // namespace uzmfa
