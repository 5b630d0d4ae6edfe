// SPDX-License-Identifier: Apache-2.0
// C++ objects in APR pools.
#pragma once

#include <apr_pools.h>
#include <apr_strings.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace uzmfa {

// An object that lives as long as the pool.
template <class T, class... Arguments>
T* make_in(apr_pool_t* pool, Arguments&&... arguments) {
    T* object = new (apr_palloc(pool, sizeof(T))) T{std::forward<Arguments>(arguments)...};
    if constexpr (!std::is_trivially_destructible_v<T>) {
        apr_pool_cleanup_register(
            pool, object,
            [](void* data) -> apr_status_t {
                static_cast<T*>(data)->~T();
                return APR_SUCCESS;
            },
            apr_pool_cleanup_null);
    }
    return object;
}

// Never null: a view of nothing is an empty text.
inline char* copy_in(apr_pool_t* pool, std::string_view text) {
    return apr_pstrmemdup(pool, text.empty() ? "" : text.data(), text.size());
}

inline char* decimal_in(apr_pool_t* pool, std::int64_t number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
    return copy_in(pool, {digits.begin(), end});
}

// A C text as a view; null is empty.
inline std::string_view view_of(const char* text) { return text ? std::string_view{text} : std::string_view{}; }

}  // namespace uzmfa
