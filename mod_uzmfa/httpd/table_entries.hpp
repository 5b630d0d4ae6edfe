// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <apr_tables.h>

#include <cstddef>
#include <span>

namespace uzmfa {

// A table is not to change while they are looked at.
inline std::span<apr_table_entry_t> entries_of(const apr_table_t* table) {
    const auto* const array = apr_table_elts(table);
    return {reinterpret_cast<apr_table_entry_t*>(array->elts), static_cast<std::size_t>(array->nelts)};
}

}  // namespace uzmfa
