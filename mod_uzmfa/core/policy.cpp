// SPDX-License-Identifier: Apache-2.0
#include "core/policy.hpp"

namespace uzmfa {
namespace {

struct AlgorithmName {
    Algorithm algorithm;
    std::string_view name;
};
constexpr AlgorithmName names[] = {
    {Algorithm::sha1, "SHA1"}, {Algorithm::sha256, "SHA256"}, {Algorithm::sha512, "SHA512"}};

}  // namespace

std::string_view name_of(Validator validator) { return validator == Validator::twilio ? "twilio" : "local"; }

std::string_view name_of(Algorithm algorithm) {
    for (const auto& row : names) {
        if (row.algorithm == algorithm) return row.name;
    }
    return {};
}

std::optional<Algorithm> algorithm_named(std::string_view name) {
    for (const auto& row : names) {
        if (row.name == name) return row.algorithm;
    }
    return std::nullopt;
}

}  // namespace uzmfa
