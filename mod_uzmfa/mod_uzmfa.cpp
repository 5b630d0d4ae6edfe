// SPDX-License-Identifier: Apache-2.0
// The module record: the one symbol that httpd looks for.
#include "httpd/hooks.hpp"
#include "httpd/settings.hpp"

// `module_struct`, not `module`: a line that begins with the latter is a C++20 module. The name is
// given, since other modules and <IfModule> know a module by it.
module_struct uzmfa_module = {
    .version = MODULE_MAGIC_NUMBER_MAJOR,
    .minor_version = MODULE_MAGIC_NUMBER_MINOR,
    .module_index = -1,
    .name = "mod_uzmfa.c",
    .dynamic_load_handle = nullptr,
    .next = nullptr,
    .magic = MODULE_MAGIC_COOKIE,
    .rewrite_args = nullptr,
    .create_dir_config = uzmfa::create_place_settings,
    .merge_dir_config = uzmfa::merge_place_settings,
    .create_server_config = uzmfa::create_site_settings,
    .merge_server_config = uzmfa::merge_site_settings,
    .cmds = uzmfa::directives(),
    .register_hooks = uzmfa::register_hooks,
    .flags = 0,
};
