// SPDX-License-Identifier: Apache-2.0
#include "ctl/commands.hpp"

#include "ctl/output.hpp"
#include "ctl/users.hpp"
#include "store/schema.hpp"
#include "store/schema_upgrade.hpp"

#include <cstdio>

namespace uzmfa {

namespace {

int print_sql(const Common& common, const std::string& sql) {
    if (common.as_json) print(JsonObject{}.add("sql", sql).take());
    else std::fputs(sql.c_str(), stdout);
    return exit_done;
}

}  // namespace

int print_schema(const Common& common, const std::string& driver, bool with_users) {
    return print_sql(common, schema(*driver_named(driver), with_users));
}

int print_schema_upgrade(const Common& common) {
    const auto opened = open_tool(common);
    if (!opened.tool) return opened.status;
    const auto sql = schema_upgrade(opened.tool->database());
    if (!sql) return opened.tool->failed(sql.error());
    return print_sql(common, sql->empty() && !common.as_json ? "-- Nothing is missing.\n" : *sql);
}

}  // namespace uzmfa
