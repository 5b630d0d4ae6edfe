// SPDX-License-Identifier: Apache-2.0
#include "core/outcome.hpp"
#include "test.hpp"

#include <set>

namespace uzmfa::test {
namespace {

TEST(every_reason_has_a_name_of_its_own) {
    std::set<std::string_view> names;
    for (int i = 0; i <= static_cast<int>(Reason::damaged); ++i) {
        const Case at{std::to_string(i)};
        const auto name = name_of(static_cast<Reason>(i));
        CHECK(!name.empty());
        CHECK(names.insert(name).second);
    }
}

TEST(a_failure_is_503_and_keeps_its_detail_off_the_page) {
    for (const auto kind : {ErrorKind::unavailable, ErrorKind::damaged, ErrorKind::misconfigured}) {
        const auto outcome = failure({kind, "SELECT secret"});
        CHECK_EQUAL(outcome.status, 503);
        CHECK_EQUAL(outcome.reason, kind == ErrorKind::unavailable ? Reason::unavailable : Reason::damaged);
        CHECK_EQUAL(outcome.detail, "SELECT secret");
        CHECK_EQUAL(outcome.page->name, "error");
        CHECK_EQUAL(outcome.page->error, "unavailable");
        CHECK(outcome.page->values.empty());
        CHECK(!outcome.session);
        CHECK(!outcome.drop_session);
    }
}

TEST(a_redirect_is_a_303_without_a_page) {
    const auto outcome = redirect(Reason::step_passed, "/a");
    CHECK_EQUAL(outcome.status, 303);
    CHECK_EQUAL(outcome.location, "/a");
    CHECK(!outcome.page);
}

TEST(a_refusal_shows_the_page_named_after_its_reason) {
    const auto outcome = refusal(404, Reason::not_found);
    CHECK_EQUAL(outcome.status, 404);
    CHECK_EQUAL(outcome.page->name, "error");
    CHECK_EQUAL(outcome.page->error, "not_found");
}

TEST(an_empty_value_is_not_put_on_a_page) {
    Page page{"login", {}, {}};
    page.with("next", "").with("user", "alice");
    CHECK_EQUAL(page.values.size(), 1);
    CHECK_EQUAL(page.values[0].second, "alice");
}

}  // namespace
}  // namespace uzmfa::test
