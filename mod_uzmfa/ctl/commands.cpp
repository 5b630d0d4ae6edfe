// SPDX-License-Identifier: Apache-2.0
#include "ctl/commands.hpp"

#include "config.h"
#include "ctl/output.hpp"
#include "ctl/tool.hpp"
#include "store/schema.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace uzmfa {

const std::string_view version = PACKAGE_VERSION;

int print_schema(const Common& common, const std::string& driver, bool with_users) {
    const auto sql = schema(*driver_named(driver), with_users);
    if (common.as_json) print(JsonObject{}.add("sql", sql).take());
    if (common.as_json) return exit_done;
    const bool printed = std::fputs(sql.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
    return printed ? exit_done : complain(std::string{"cannot print the schema: "} + std::strerror(errno), exit_refused);
}

}  // namespace uzmfa
