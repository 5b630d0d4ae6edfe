// SPDX-License-Identifier: Apache-2.0
#include "core/layout.hpp"

#include "test.hpp"

using namespace uzmfa;

namespace {

const Layout::Mapping root{"/", "/srv/www"};

std::string only_way(const Layout& layout) {
    const auto ways = unguarded_ways(layout);
    CHECK_EQUAL(ways.size(), 1U);
    return ways.empty() ? "" : *ways.begin();
}

}  // namespace

TEST(a_gated_root_leaves_no_way_open) {
    CHECK(unguarded_ways({.mappings = {root, {"/other", "/srv/www/erp"}}, .locations = {{"/", true}}}).empty());
}

TEST(a_second_alias_of_gated_files_is_a_way) {
    const Layout layout{.mappings = {root, {"/erp", "/srv/erp"}, {"/old", "/srv/erp"}}, .locations = {{"/erp", true}}};
    CHECK_CONTAINS(only_way(layout), "gated /erp can also be had as /old,");
    CHECK_CONTAINS(only_way(layout), "<Directory \"/srv/erp\">");
}

TEST(an_alias_of_a_folder_above_or_below_gated_files_is_a_way) {
    CHECK_CONTAINS(only_way({.mappings = {root, {"/all", "/srv"}}, .locations = {{"/erp", true}}}), "had as /all/www/erp,");
    CHECK_CONTAINS(only_way({.mappings = {root, {"/reports", "/srv/www/erp/reports"}}, .locations = {{"/erp", true}}}),
                   "had as /reports,");
}

TEST(the_document_root_leads_to_an_alias_below_it) {
    CHECK_CONTAINS(only_way({.mappings = {root, {"/erp", "/srv/www/app"}}, .locations = {{"/erp", true}}}), "had as /app,");
}

TEST(a_gated_directory_closes_these_ways) {
    CHECK(unguarded_ways({.mappings = {root, {"/erp", "/srv/erp"}, {"/old", "/srv/erp"}},
                          .locations = {{"/erp", true}},
                          .directories = {{"/srv/erp", true}}})
              .empty());
    CHECK(unguarded_ways({.mappings = {root, {"/reports", "/srv/www/erp/reports"}},
                          .locations = {{"/erp", true}},
                          .directories = {{"/srv/www/erp/reports", true}}})
              .empty());
}

TEST(the_longest_mapping_counts_in_any_order) {
    CHECK_CONTAINS(only_way({.mappings = {{"/erp", "/srv/erp"}, root, {"/old", "/srv/erp"}}, .locations = {{"/erp", true}}}),
                   "had as /old,");
}

TEST(mod_dav_above_a_place_that_is_gated_no_more_is_no_way) {
    CHECK(unguarded_ways({.locations = {{"/dav/erp", false}, {"/dav/all", false}}, .dav_locations = {"/dav"}}).empty());
    CHECK(unguarded_ways({.locations = {{"/dav", true}, {"/dav", false}}, .dav_locations = {"/dav"}}).empty());
}

TEST(neighbours_by_name_are_no_way) {
    CHECK(unguarded_ways(
              {.mappings = {root, {"/erp2", "/srv/www/erp2"}, {"/icons", "/usr/share/icons"}}, .locations = {{"/erp", true}}})
              .empty());
}

TEST(the_last_section_counts) {
    const std::vector<Layout::Mapping> mappings{root, {"/erp", "/srv/erp"}, {"/old", "/srv/erp"}};
    CHECK(unguarded_ways({.mappings = mappings, .locations = {{"/erp", true}, {"/old", true}}}).empty());
    CHECK_EQUAL(unguarded_ways({.mappings = mappings, .locations = {{"/old", true}, {"/old", false}, {"/erp", true}}}).size(),
                1U);
}

TEST(mod_dav_above_a_gated_place_is_a_way) {
    CHECK_CONTAINS(only_way({.locations = {{"/dav/erp", true}}, .dav_locations = {"/dav"}}), "mod_dav in /dav,");
    CHECK_CONTAINS(only_way({.directories = {{"/srv/dav/erp", true}}, .dav_directories = {"/srv/dav"}}),
                   "gated /srv/dav/erp along");
    CHECK(unguarded_ways({.locations = {{"/dav", true}, {"/dav/erp", true}}, .dav_locations = {"/dav"}}).empty());
    CHECK(unguarded_ways({.locations = {{"/dav", true}}, .dav_locations = {"/dav/erp", "/else"}}).empty());
}
