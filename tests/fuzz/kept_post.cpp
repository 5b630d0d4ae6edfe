// SPDX-License-Identifier: Apache-2.0
// The record of a kept form, behind its seal.
#include "core/kept_posts.hpp"
#include "fuzz.hpp"

using namespace uzmfa;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto record = fuzz::text_of(data, size);
    const auto post = decode_post(record);
    if (!post) return 0;
    require(encode(*post) == record);
    require(record.ends_with(post->body));
    std::size_t held = post->target.size() + post->body.size();
    for (const auto& [name, value] : post->headers) held += name.size() + value.size();
    require(held < record.size());
    return 0;
}
