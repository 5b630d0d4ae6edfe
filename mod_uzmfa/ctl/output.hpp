// SPDX-License-Identifier: Apache-2.0
// What the tool prints, for people and as JSON.
#pragma once

#include "core/moment.hpp"
#include "core/printable.hpp"
#include "core/utc.hpp"
#include "view/json.hpp"

#include <string>
#include <vector>

namespace uzmfa {

void print(const Json& json);

// An array that is too long to be held as a whole.
class JsonArrayPrinter {
public:
    void add(const Json& item);
    void end();

private:
    bool is_empty_ = true;
};

using Rows = std::vector<std::vector<std::string>>;

// A table that comes in pieces, the head first; columns are as wide as they have needed to be so far.
class TablePrinter {
public:
    void print(const Rows& rows);

private:
    std::vector<std::size_t> widths_;
};

inline void print_table(const Rows& rows) { TablePrinter{}.print(rows); }

}  // namespace uzmfa
